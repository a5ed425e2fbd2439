"""Never becomes ready."""

import time

while True:
    time.sleep(60)
