use Mojolicious::Lite -signatures;

# A Mojolicious application with what a browser does to one.

use Digest::SHA qw(sha256_hex);

app->secrets(['a secret of the tests']);
app->sessions->cookie_name('shop.session');

get '/' => sub ($c) {
    $c->render('index', name => $c->session('name') // 'stranger');
};

post '/login' => sub ($c) {
    $c->session(name => $c->param('name'));
    $c->res->code(303);
    $c->redirect_to($c->url_for('/')->to_abs);
};

post '/upload' => sub ($c) {
    my $file = $c->param('file');
    $c->render(json => { note => $c->param('note'), name => $file->filename, sha => sha256_hex($file->slurp) });
};

get '/ticks' => sub ($c) {
    $c->res->headers->content_type('text/plain');
    my $number = 0;
    my $tick;
    $tick = sub ($c, @) {
        return $c->finish if $number == 3;
        select undef, undef, undef, 0.3 if $number;
        $c->write("tick @{[$number++]}\n", $tick);
    };
    $c->$tick;
};

any [ 'GET', 'PUT' ] => '/seen/*rest' => sub ($c) {
    $c->render(
        json => {
            method => $c->req->method,
            rest   => $c->param('rest'),
            query  => $c->req->query_params->to_hash,
            body   => $c->req->body,
            url    => $c->req->url->to_abs->to_string,
            remote => $c->tx->remote_address,
        }
    );
};

get '/broken' => sub { die 'broken on purpose' };

any '/*whatever' => { whatever => '' } => sub ($c) {
    $c->render(text => 'Nothing is sold here.', status => 404);
};

app->start;

__DATA__

@@ index.html.ep
<!doctype html>
<title>Shop</title>
<link rel="stylesheet" href="<%= url_for '/site.css' %>">
<h1>Hello <%= $name %></h1>
