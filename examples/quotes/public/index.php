<?php

// A list of quotes. It needs PHP alone; its processes share the list through a file, which each locks while it writes.

declare(strict_types=1);

const MOST = 200;

/** The file beside this folder, or where that cannot be written in the one for temporary files. */
function quotesFile(): string
{
    $named = getenv('QUOTES_FILE');
    if ($named !== false) {
        return $named;
    }
    $beside = dirname(__DIR__) . '/data';
    if (!is_dir($beside) && is_writable(dirname($beside))) {
        mkdir($beside, 0700);
    }
    $folder = is_writable($beside) ? $beside : sys_get_temp_dir() . '/quotes-' . posix_geteuid();
    is_dir($folder) || mkdir($folder, 0700);
    return "$folder/quotes.json";
}

/** All quotes, after one more if there is one. */
function quotes(?string $more = null): array
{
    $file = fopen(quotesFile(), 'c+');
    flock($file, LOCK_EX);
    $quotes = json_decode(stream_get_contents($file) ?: '[]', true);
    if ($more !== null) {
        $quotes = array_slice([...$quotes, $more], -MOST);
        rewind($file);
        ftruncate($file, 0);
        fwrite($file, json_encode($quotes, JSON_THROW_ON_ERROR));
    }
    return $quotes;
}

function answer(int $status, string $text): never
{
    http_response_code($status);
    header('Content-Type: text/plain; charset=utf-8');
    echo $text, "\n";
    exit;
}

$base = rtrim(dirname($_SERVER['SCRIPT_NAME']), '/');
$path = substr(rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) ?: '/'), strlen($base));

if ($path === '/quotes.json') {
    header('Content-Type: application/json');
    exit(json_encode(quotes()));
}
if ($path !== '/' && $path !== '') {
    answer(404, 'There is no such page here.');
}
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    $quote = trim((string) ($_POST['quote'] ?? ''));
    if ($quote === '' || strlen($quote) > 100) {
        answer(400, 'A quote has 1 to 100 bytes.');
    }
    quotes($quote);
    header("Location: $base/", true, 303);
    exit;
}
?>
<!doctype html>
<html lang="en">
<title>Quotes</title>
<link rel="stylesheet" href="<?= htmlspecialchars($base) ?>/style.css">
<h1>What do you remember?</h1>
<form method="post" action="<?= htmlspecialchars($base) ?>/">
<input name="quote" maxlength="100" required> <button>Keep it</button>
</form>
<ul>
<?php foreach (quotes() as $quote): ?>
<li><?= htmlspecialchars($quote) ?></li>
<?php endforeach ?>
</ul>
</html>
