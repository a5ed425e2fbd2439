<?php
// About what a small page costs: some hundreds of microseconds of PHP.
$words = [];
for ($i = 0; $i < 3000; $i++) {
    $words[md5((string) $i)] = strrev((string) $i);
}
ksort($words);
header('Content-Type: text/plain');
echo count($words), "\n";
