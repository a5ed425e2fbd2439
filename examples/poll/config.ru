# frozen_string_literal: true

# A poll: what is the best day? It needs Rack alone, version 2 or 3.
#
# Its processes share the votes through a file, which each locks while it counts.

require "cgi"
require "json"
require "rack"
require "tmpdir"

DAYS = %w[Monday Tuesday Wednesday Thursday Friday Saturday Sunday].freeze

# The votes, in a file beside this one, or where that cannot be written in the one for temporary files.
class Votes
  def initialize(file)
    @file = file
  end

  def self.here
    beside = File.join(__dir__, "data")
    Dir.mkdir(beside) if File.writable?(__dir__) && !Dir.exist?(beside)
    folder = File.writable?(beside) ? beside : Dir.mktmpdir("poll")
    new(ENV.fetch("POLL_FILE", File.join(folder, "votes.json")))
  end

  # The votes for each day, after one more for this day if one is named.
  def count(day = nil)
    File.open(@file, File::RDWR | File::CREAT, 0o600) do |file|
      file.flock(File::LOCK_EX)
      text = file.read
      votes = DAYS.to_h { |name| [name, 0] }.merge(text.empty? ? {} : JSON.parse(text))
      return votes unless day

      votes[day] += 1
      file.rewind
      file.write(JSON.generate(votes))
      votes
    end
  end
end

# The pages.
class Poll
  def initialize(votes)
    @votes = votes
  end

  def call(env)
    request = Rack::Request.new(env)
    case [request.request_method, request.path_info]
    in ["GET" | "HEAD", "" | "/"] then page(request)
    in ["GET" | "HEAD", "/votes.json"] then [200, { "content-type" => "application/json" }, [JSON.generate(@votes.count)]]
    in ["POST", "/"] then vote(request)
    else [404, { "content-type" => "text/plain" }, ["There is no such page here.\n"]]
    end
  end

  private

  def vote(request)
    day = request.params["day"]
    return [400, { "content-type" => "text/plain" }, ["That is no day.\n"]] unless DAYS.include?(day)

    @votes.count(day)
    [303, { "location" => "#{request.script_name}/" }, []]
  end

  def page(request)
    rows = @votes.count.map do |day, votes|
      "<li><button name=\"day\" value=\"#{day}\">#{day}</button> <meter max=\"100\" value=\"#{votes}\"></meter> #{votes}</li>"
    end
    base = CGI.escapeHTML(request.script_name)
    [200, { "content-type" => "text/html; charset=utf-8" }, [<<~HTML]]
      <!doctype html>
      <html lang="en">
      <title>The best day</title>
      <link rel="stylesheet" href="#{base}/style.css">
      <h1>Which day is the best?</h1>
      <form method="post" action="#{base}/"><ul>
      #{rows.join("\n")}
      </ul></form>
      </html>
    HTML
  end
end

run Poll.new(Votes.here)
