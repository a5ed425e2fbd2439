"""What an application may ask of Carpool. Elsewhere than in a process of Carpool's, do without:

    try:
        from carpool import after_fork
    except ImportError:  # not run by Carpool
        def after_fork(function):
            return function
"""

_after_fork = []


def after_fork(function):
    """Have a function called in each process that was forked from the one that loaded the
    application, before its first request: to open connections, start threads, seed generators.

    It takes no arguments. If it raises, the process does not start, and its traceback is reported.
    Where each process loads the application itself (spawn = "direct") it is called as well, after
    the application is loaded. May be used as a decorator.
    """
    _after_fork.append(function)
    return function


def run_after_fork():
    """Call them all, in the order in which they came."""
    for function in _after_fork:
        function()
