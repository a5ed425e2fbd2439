import time

print("waiting for what never comes")
time.sleep(600)
