# What ./run, ./test and ./bench share. Sourced, never started; expects $home, the folder of the clone.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

# Without a collector thread of its own, .NET sizes its youngest generation by the processor's cache, which on large machines is a hundred
# megabytes; a third of that keeps memory small. There is no setting for it in a program's own files.
export DOTNET_GCgen0size="${DOTNET_GCgen0size:-0x2000000}"

oldest_postgres=15

fail() {
    echo "$*" >&2
    exit 1
}

need_sdk() {
    command -v dotnet >/dev/null || fail "Balie needs the .NET 10 SDK, and there is no dotnet on the PATH: install it from https://dotnet.microsoft.com/download."
    dotnet --list-sdks | grep -q '^10\.' || fail "Balie needs the .NET 10 SDK, and dotnet here has another: install it from https://dotnet.microsoft.com/download."
    find_runtime
}

# The built programs look for .NET in fixed places; tell them where the one on the PATH is.
find_runtime() {
    if [[ -z "${DOTNET_ROOT:-}" ]]; then
        DOTNET_ROOT="$(dirname "$(readlink -f "$(command -v dotnet)")")"
        export DOTNET_ROOT
    fi
}

# Builds in silence; what it said is shown only when it failed.
build() {
    local said
    said="$(dotnet build "$@" --verbosity quiet -consoleLoggerParameters:NoSummary 2>&1)" || {
        echo "$said" >&2
        fail "The build failed."
    }
}

# The folder of the newest installed PostgreSQL server that will do, or nothing.
postgres_bin() {
    local folder major candidates=()
    if command -v postgres >/dev/null; then candidates+=("$(dirname "$(readlink -f "$(command -v postgres)")")"); fi
    while IFS= read -r folder; do candidates+=("$folder"); done < <(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV)
    for folder in "${candidates[@]}"; do
        [[ -x "$folder/postgres" && -x "$folder/initdb" && -x "$folder/pg_ctl" ]] || continue
        major="$("$folder/postgres" --version | sed -E 's/^[^)]*\) ([0-9]+).*/\1/')"
        if ((major >= oldest_postgres)); then
            echo "$folder"
            return
        fi
    done
}

# Installs Debian packages, as root; anybody else is told which.
install_packages() {
    (($# > 0)) || return 0
    if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
        fail "Missing on this machine: $*. Install it (Debian: apt-get install $*) and start again."
    fi
    echo "Installing $*…"
    local log
    log="$(mktemp)"
    if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@"; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        fail "Debian could not install $*."
    fi
    rm -f "$log"
}
