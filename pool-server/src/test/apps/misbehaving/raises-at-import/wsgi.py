print("reading the settings")
settings = {"host": "localhost"}
database = settings["database"]
