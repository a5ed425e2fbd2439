# frozen_string_literal: true

require_relative "helper_process"

# How an application is loaded, and how it ends. What all languages share is in HelperContractIT.
class LoadingTest < Minitest::Test
  def failure(entry, **settings)
    helper = Helper.new(entry, **settings)
    kind, _, text = helper.start.last
    assert_equal("F", kind)
    text.force_encoding("utf-8")
  ensure
    helper.finish
  end

  def test_a_missing_rackup_file_is_named
    assert_equal("there is no missing.ru in #{APPS}", failure("missing.ru"))
  end

  def test_what_is_no_application_is_shown
    assert_match(/nothing\.ru gives "nothing that can be called", which has no call/, failure("nothing.ru"))
  end

  def test_an_exit_while_loading_is_said
    assert_equal("the application called exit(3) while it was loaded", failure("exits.ru").lines.first.chomp)
  end

  def test_an_after_fork_block_that_raises_is_reported
    text = failure("fork_fails.ru")
    assert_match(/\Ain an after_fork block: RuntimeError: no database$/, text)
    assert_match(/fork_fails\.ru:4:in/, text)
    refute_match(/carpool_rack\.rb/, text)
  end

  def test_one_that_cannot_go_on_ends_the_process_instead_of_losing_its_place
    Helper.ready("answers.ru", CARPOOL_CONCURRENCY: "3") do |helper|
      connection = helper.open("/closes-descriptors")
      assert_nil(helper.line.read(1))
      50.times { sleep 0.02 if helper.log.empty? } # the line is closed first
      assert_match(/this process cannot go on: /, helper.log)
      connection.close
    end
  end

  def test_a_missing_gem_of_the_bundle_is_named
    Dir.mktmpdir do |root|
      File.write(File.join(root, "Gemfile"), "source \"https://rubygems.org\"\ngem \"no-such-gem-4711\"\n")
      File.write(File.join(root, "config.ru"), "run ->(_) { [200, {}, []] }\n")
      text = failure("", root: root)
      assert_match(/\Aits bundle is not complete: .*no-such-gem-4711/m, text)
      assert_match(/bundle install/, text)
    end
  end

  def test_an_application_with_a_gemfile_sees_its_bundle_alone
    Dir.mktmpdir do |root|
      File.write(File.join(root, "Gemfile"), "gem \"rack\"\n")
      File.write(File.join(root, "config.ru"),
                 "begin; require 'sinatra/base'; rescue LoadError => e; end\nrun ->(_) { [200, {}, [e.class.to_s, ENV['RUBYOPT'].to_s]] }\n")
      Helper.ready("", root: root) do |helper|
        assert_match(/\ALoadError.*bundler/, helper.get("/")[1])
      end
    end
  end

  def test_a_bundle_without_rack_is_told_so
    Dir.mktmpdir do |root|
      File.write(File.join(root, "Gemfile"), "")
      File.write(File.join(root, "config.ru"), "run ->(_) { [200, {}, []] }\n")
      assert_equal("there is no gem rack in its bundle: add it to the Gemfile", failure("", root: root))
    end
  end

  def test_no_rack_is_said_with_the_cure
    assert_match(/\Athere is no gem rack in this Ruby: gem install rack, or apt-get/,
                 failure("show.ru", GEM_PATH: "/nonexistent", GEM_HOME: "/nonexistent", RUBYOPT: "-I#{APPS}/without_rack"))
  end
end

# The preloader and what it forks.
class PreloaderTest < Minitest::Test
  def preloader
    helper = Helper.new("forks.ru", CARPOOL_PRELOAD: "1")
    assert_equal("L", helper.start.last[0])
    yield helper
  ensure
    helper.finish
  end

  # Have a process forked: our end of its line, and of its output.
  def fork_one(helper, number)
    ours, theirs = UNIXSocket.pair
    reader, writer = IO.pipe
    rights = Socket::AncillaryData.unix_rights(theirs, writer)
    helper.line.sendmsg(["K\0\0\0", number].pack("a4N"), 0, nil, rights)
    [theirs, writer].each(&:close)
    kind, answered, pid = helper.frame
    assert_equal(["K", number], [kind, answered])
    [ours, reader, pid.to_i]
  end

  def test_it_warns_of_threads_and_connections
    preloader do |helper|
      assert_match(/started threads while it was loaded.*\(ticker\): start them in a block/, helper.log)
      assert_match(/opened a connection to a Unix socket while it was loaded/, helper.log)
    end
  end

  def test_a_forked_process_is_a_helper_of_its_own
    preloader do |helper|
      line, output, pid = fork_one(helper, 7)
      head = line.read(8)
      assert_equal("R", head[0])
      line.read(head.unpack1("N") & 0xffffff)
      assert_equal(pid, Process.getpgid(pid))
      assert_equal(%w[0 1 2], Dir.children("/proc/#{pid}/fd").sort_by(&:to_i).first(3))
      line.write("Q\0\0\0\0\0\0\0")
      assert_nil(line.read(1))
      assert_match(/at exit in a forked process/, output.read)
      assert_equal(["X", 7, "0"], helper.frame)
    end
  end

  def test_how_a_process_ended_is_told_and_the_others_live_on
    preloader do |helper|
      first, _, pid = fork_one(helper, 1)
      second, = fork_one(helper, 2)
      assert_equal("R", first.read(1))
      Process.kill("KILL", pid)
      assert_equal(["X", 1, "137"], helper.frame)
      assert_equal("R", second.read(1))
    end
  end

  def test_stop_ends_it
    preloader do |helper|
      helper.line.write("Q\0\0\0\0\0\0\0")
      assert_nil(helper.line.read(1))
      assert_match(/at exit in the preloader/, helper.log)
    end
  end
end
