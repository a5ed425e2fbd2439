# frozen_string_literal: true

require_relative "helper_process"

# Runs all tests of a class on one helper.
module OneHelper
  def self.included(tests)
    Minitest.after_run { tests.instance_variable_get(:@helper)&.finish }
    tests.define_singleton_method(:helper) do
      @helper ||= Helper.new(tests::ENTRY).tap { |helper| helper.start.last[0] == "R" or raise helper.log }
    end
  end

  def helper
    self.class.helper
  end

  def get(...)
    helper.get(...)
  end
end

# What an application is told.
class EnvironmentTest < Minitest::Test
  include OneHelper

  ENTRY = "show.ru"

  def paths(**fields)
    env = helper.seen("/", **fields)
    [env["SCRIPT_NAME"], env["PATH_INFO"]]
  end

  def test_the_least_that_is_sent_makes_a_whole_environment
    env = helper.seen("/")
    assert_equal(%w[GET localhost 80 HTTP/1.0], env.values_at("REQUEST_METHOD", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL"))
    assert_equal(["", "http", true, false], env.values_at("QUERY_STRING", "rack.url_scheme", "rack.multiprocess", "rack.multithread"))
  end

  def test_a_path_is_encoded_once_however_it_comes
    assert_equal(["", "/caf%C3%A9/a%20b%25"], paths(PATH_INFO: "/caf\u00e9/a b%"))
    assert_equal(["", "/caf%C3%A9/a%20b%25"], paths(DOCUMENT_URI: "/caf\u00e9/a b%"))
    assert_equal(["", "/caf%C3%A9/a%20b%25"], paths(REQUEST_URI: "/caf%C3%A9/a%20b%25?x=1"))
    assert_equal(["", "/x%23%3F"], paths(PATH_INFO: "/x#?"))
  end

  def test_the_path_below_a_script_name
    assert_equal(%w[/blog /a], paths(SCRIPT_NAME: "/blog", DOCUMENT_URI: "/blog/a"))
    assert_equal(["/blog", ""], paths(SCRIPT_NAME: "/blog", PATH_INFO: ""))
    assert_equal(["", "/blogger"], paths(SCRIPT_NAME: "", DOCUMENT_URI: "/blogger"))
    assert_equal(["", "/"], paths(SCRIPT_NAME: "/", PATH_INFO: ""))
  end

  def test_apaches_paths
    apache = ->(script, target) { paths(SCRIPT_NAME: script, SCRIPT_FILENAME: "proxy:scgi://blog#{target}") }
    assert_equal(["", "/a/b"], apache.call("/a/b", "/a/b"))
    assert_equal(%w[/blog /a%20b], apache.call("/blog/a b", "/a%20b"))
    assert_equal(["/blog", ""], apache.call("/blog", "/"))
  end

  def test_https_is_known
    assert_equal("https", helper.seen("/", HTTPS: "on")["rack.url_scheme"])
    assert_equal("https", helper.seen("/", REQUEST_SCHEME: "https")["rack.url_scheme"])
  end

  def test_a_visitors_header_is_not_taken_for_what_the_web_server_says
    env = helper.seen("/", HTTP_CONTENT_LENGTH: "5", HTTP_CONTENT_TYPE: "x/y", HTTP_VERSION: "HTTP/9")
    assert_equal("HTTP/1.0", env["HTTP_VERSION"])
    refute_includes(env.keys, "HTTP_CONTENT_LENGTH")
    refute_includes(env.keys, "HTTP_CONTENT_TYPE")
  end
end

# A body of a request.
class InputTest < Minitest::Test
  include OneHelper

  ENTRY = "answers.ru"
  LINES = "one\ntwo\nthree\nfour"
  READ = ["one\n", "two", "", ["\n", "three\n", "four"], "", nil, nil].inspect

  def test_it_is_read_in_every_way
    assert_equal(READ, get("/input", LINES)[1])
    big = "one\ntwo\nthree\n#{"f" * 200_000}"
    assert(READ.sub("four", "f" * 200_000) == get("/input", big)[1]) # shown, it would fill the screen
  end

  def test_it_can_be_rewound
    assert_equal("5 5", get("/rewound", "12345")[1])
    assert_equal("300000 300000", get("/rewound", "x" * 300_000)[1])
  end

  def test_who_keeps_it_reads_nothing_of_the_next_one
    get("/kept", "x" * 100_000)
    assert_match(/\AStatus: 500 /, get("/kept", "y" * 100_000)[0])
  end
end

# The same with the input of Rack 3, which is read only once.
class Input3Test < Minitest::Test
  include OneHelper

  ENTRY = "answers3.ru"

  def test_it_is_read_in_every_way
    assert_equal(InputTest::READ, get("/input", InputTest::LINES)[1])
    big = "one\ntwo\nthree\n#{"f" * 200_000}"
    assert(InputTest::READ.sub("four", "f" * 200_000) == get("/input", big)[1])
  end
end

# What an application answers.
class ResponseTest < Minitest::Test
  include OneHelper

  ENTRY = "answers.ru"

  def test_a_header_with_several_values
    assert_includes(get("/lines")[0], "\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2")
    assert_includes(get("/array")[0], "\r\nset-cookie: a=1\r\nset-cookie: b=2")
  end

  def test_a_header_cannot_bring_another
    head, = get("/splitting")
    assert_match(/\AStatus: 500 Internal Server Error\r\n/, head)
    refute_match(/set-cookie/, head)
  end

  def test_bytes_are_bytes
    head, body, = get("/latin")
    assert_includes(head, "x-name: caf\u00e9".b)
    assert_equal("\u00fcber".b << "\xff".b, body.b)
    assert_includes(head, "Content-Length: 6")
  end

  def test_what_is_no_response_is_a_500
    %w[/symbol /nonsense /nothing /exit /throw].each do |path|
      head, _, whole = get(path)
      assert_match(/\AStatus: 500 /, head, path)
      assert(whole, path)
    end
  end

  def test_headers_for_the_server_stay_here
    head, = get("/status")
    assert_match(/\AStatus: 200 OK\r\n/, head)
    refute_match(/500 No|private/, head)
  end

  def test_no_hijacking_is_offered
    assert_equal("falsefalse", get("/hijack")[1])
  end
end

# What Rack 3 adds.
class Response3Test < Minitest::Test
  include OneHelper

  ENTRY = "answers3.ru"

  def test_a_body_that_is_called_writes_to_a_stream
    assert_equal(["called with!", true], get("/called", "with")[1, 2])
  end

  def test_a_body_that_is_there_as_a_whole_gets_its_length
    head, body, = get("/whole")
    assert_equal("to_ary", body)
    assert_includes(head, "Content-Length: 6")
  end

  def test_no_hijacking_is_offered
    assert_equal("nilfalse", get("/hijack")[1])
  end
end
