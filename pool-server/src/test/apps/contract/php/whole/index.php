<?php
// What the suite of the helper contract asks for (../../README.md).

const MIB = 1024 * 1024;
const PIECE = 64 * 1024;

set_time_limit(0);
while (ob_get_level() > 0) {
    ob_end_clean();
}

// Nothing of a script outlives its request, so how many bodies were closed is kept by a file.
$closed = sys_get_temp_dir() . '/carpool-contract-' . getmypid();

function closes(): void
{
    global $closed;
    register_shutdown_function(fn () => file_put_contents($closed, 'x', FILE_APPEND));
}

function say(string $text): void
{
    echo $text;
    flush();
}

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$arguments = explode('/', substr($path, 1));
$page = array_shift($arguments);
header('Content-Type: text/plain');

switch ($page) {
    case 'pid':
        echo getmypid();
        break;
    case 'about':
        $scheme = empty($_SERVER['HTTPS']) ? 'http' : 'https';
        echo 'pid=', getmypid(), "\nmultithread=false\nmultiprocess=true\nscheme=$scheme\n";
        echo "path={$_SERVER['PATH_INFO']}\nscript=", substr($_SERVER['SCRIPT_NAME'], 0, -strlen('/index.php')), "\n";
        echo "query={$_SERVER['QUERY_STRING']}\n";
        break;
    case 'count':
        $size = 0;
        $crc = hash_init('crc32b');
        $body = fopen('php://input', 'rb');
        while (($piece = fread($body, PIECE)) !== '' && $piece !== false) {
            $size += strlen($piece);
            hash_update($crc, $piece);
        }
        echo $size, ' ', hexdec(hash_final($crc));
        break;
    case 'stream':
        $piece = str_repeat('x', PIECE);
        for ($i = 0; $i < $arguments[0] * MIB / PIECE; $i++) {
            say($piece);
        }
        break;
    case 'file':
        $file = tmpfile();
        ftruncate($file, $arguments[0] * MIB);
        header('Content-Length: ' . $arguments[0] * MIB);
        fpassthru($file);
        break;
    case 'length':
        [$declared, $actual] = $arguments;
        header("Content-Length: $declared");
        say(str_repeat('x', intdiv($actual, 2)));
        say(str_repeat('x', $actual - intdiv($actual, 2)));
        break;
    case 'bodiless':
        http_response_code((int) $arguments[0]);
        echo 'a body all the same';
        break;
    case 'sleep':
        usleep($arguments[0] * 1000);
        echo getmypid();
        break;
    case 'drip':
        closes();
        flush();
        for ($i = 0; $i < $arguments[0]; $i++) {
            usleep($arguments[1] * 1000);
            say('drip');
        }
        break;
    case 'raise':
        throw new Exception('boom at once');
    case 'raise-late':
        closes();
        say('begun');
        throw new Exception('boom in the middle');
    case 'closed':
        clearstatcache();
        echo is_file($closed) ? filesize($closed) : 0;
        @unlink($closed);
        break;
    case 'environment':
        foreach (getenv() as $name => $value) {
            echo "$name=$value\n";
        }
        break;
    case 'print':
        error_log('a line on stdout'); // which is the response, for a script
        error_log('a line for the errors');
        echo 'printed';
        break;
    default:
        http_response_code(404);
}
