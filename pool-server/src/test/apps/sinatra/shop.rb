# frozen_string_literal: true

# A Sinatra application with what a browser does to one.

require "digest"
require "json"
require "sinatra/base"

# The shop.
class Shop < Sinatra::Base
  enable :sessions
  set :session_secret, "a secret of the tests, which is long enough to be taken as one: 0123456789abcdef"

  helpers do
    def name
      session[:name] || "stranger"
    end
  end

  get "/" do
    erb :index
  end

  post "/login" do
    session[:name] = params[:name]
    redirect to("/")
  end

  get "/logout" do
    session.clear
    redirect to("/?bye=yes")
  end

  post "/upload" do
    file = params[:file]
    content_type :json
    JSON.generate(note: params[:note], name: file[:filename], sha: Digest::SHA256.hexdigest(file[:tempfile].read))
  end

  get "/ticks" do
    content_type "text/plain"
    stream do |out|
      3.times do |i|
        out << "tick #{i}\n"
        sleep 0.3
      end
    end
  end

  %i[get put].each do |verb|
    public_send(verb, "/seen/*") do |rest|
      content_type :json
      JSON.generate(method: request.request_method, rest: rest, query: params.slice(:x, :y), body: request.body.read,
                    url: request.url, remote: request.ip)
    end
  end

  get "/broken" do
    raise "broken on purpose"
  end

  not_found do
    "Nothing is sold here."
  end
end
