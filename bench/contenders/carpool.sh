# Sourced by both contenders' scripts: the benchmark's own functions (its folder is in PEERBENCH), and Carpool's.
# It runs from the checkout that this file lies in, as root, since it does not switch users yet.
: "${PEERBENCH:?is not set: the folder of the benchmark that these contenders are for}"
. "$PEERBENCH/lib/common.sh"
CARPOOL=$(cd "$PEER_DIR/../../.." && pwd -P)/carpool

carpool_toml() { # carpool_toml "HOW IT LISTENS" -> $RUN/carpool.toml
    local min
    case $MODE in
    static) min=$W ;;
    dynamic) min=1 ;;
    ondemand) min=0 ;;
    *) echo "$NAME: no mode $MODE" >&2; exit 1 ;;
    esac
    cat >"$RUN/carpool.toml" <<TOML
[pool]
max = $W
${BACKLOG:+queue_max = $BACKLOG}

[app.bench]
root = "$RUN/app"
entry = "app:application"
python = "/usr/bin/python3"
min = $min
$1
TOML
}

launch_carpool() {
    launch carpool "$CARPOOL" serve -c "$RUN/carpool.toml" --runtime-dir "$RUN/carpool"
}

carpool_status() { # the status FIFO without the table of processes, as one line
    timeout 2 cat "$RUN/carpool/status.fifo" | awk '/^(count|active|waiting|refused) / { printf "%s;", $0 } END { print "" }' | tr -s ' '
}
