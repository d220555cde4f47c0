#!/bin/sh
# Puts the app's secrets into Key Vault and lets the app read those, one by one. Safe to repeat.
#
#   sh infra/secrets.sh                      makes the hooks' password and the callback key, where they are absent
#   sh infra/secrets.sh anthropic-api-key    and asks for the value of that secret (or reads it from a pipe)
#
# What it needs to know comes from the environment, as in azd's hooks, or from `azd env get-value`.
set -eu
cd "$(dirname "$0")"

ATTEMPTS=${ATTEMPTS:-20} # a new right on the vault takes some minutes to work
PAUSE=${PAUSE:-15}

# Prints one value of the azd environment. An empty one is refused: az would take an empty --subscription for none.
known() {
    found=$(printenv "$1" || azd env get-value "$1") || exit
    [ -n "$found" ] || { echo "$1 is empty in the azd environment. Run azd provision first." >&2; exit 2; }
    printf '%s\n' "$found"
}

checked() {
    case $1 in
    "" | -* | *[!0-9A-Za-z-]*)
        echo "\"$1\" is no name of a secret: use letters, digits and hyphens." >&2
        exit 2
        ;;
    esac
}

# Only the names are asked for: the values stay where they are.
names() {
    attempt=1
    until az keyvault secret list --subscription "$AZURE_SUBSCRIPTION_ID" --vault-name "$vault" \
        --query "[].name" --output tsv; do
        if [ "$attempt" -ge "$ATTEMPTS" ]; then
            echo "Cannot list the secrets of $vault. You need the role Key Vault Secrets Officer on it." >&2
            return 1
        fi
        attempt=$((attempt + 1))
        sleep "$PAUSE"
    done
}

# The value goes by a file that only this user can read: arguments are seen by everybody on the machine.
store() {
    az keyvault secret set --subscription "$AZURE_SUBSCRIPTION_ID" --vault-name "$vault" --name "$1" \
        --file "$value" --encoding utf-8 --output none
    echo "Set $1 in $vault."
}

ask() {
    if [ -t 0 ]; then
        printf 'Value of %s (not shown): ' "$1" >&2
        trap 'stty echo; rm -f "$value"' EXIT
        stty -echo
        IFS= read -r given
        stty echo
        echo >&2
    else
        IFS= read -r given || [ -n "$given" ]
    fi
    [ -n "$given" ] || { echo "No value, so $1 is left as it is." >&2; exit 2; }
    printf '%s' "$given" >"$value"
}

for name in "$@"; do checked "$name"; done
AZURE_SUBSCRIPTION_ID=$(known AZURE_SUBSCRIPTION_ID)
group=$(known AZURE_RESOURCE_GROUP)
vault=$(known AZURE_KEY_VAULT_NAME)
principal=$(known AUTOCODER_APP_PRINCIPAL_ID)
password=$(known HOOK_SECRET_NAME)
callback=$(known CALLBACK_KEY_SECRET)
checked "$password"
checked "$callback"

umask 077
value=$(mktemp)
trap 'rm -f "$value"' EXIT
trap 'exit 130' INT TERM

present=$(names)
for name in "$password" "$callback"; do
    if ! printf '%s\n' "$present" | grep -qxF "$name"; then
        od -An -v -N32 -tx1 /dev/urandom | tr -d ' \n' >"$value"
        store "$name"
    fi
done
for name in "$@"; do
    ask "$name"
    store "$name"
done

readable=$(printf '%s\n' "$password" "$callback" "$@" | sort -u)
list=$(printf '%s\n' "$readable" | sed 's/.*/"&",/' | tr -d '\n')
az deployment group create --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$group" \
    --name autocoder-secret-access --output none --template-file modules/secret-access.bicep \
    --parameters "vaultName=$vault" "appPrincipalId=$principal" "secretNames=[${list%,}]"
printf 'The app may read:\n%s\n' "$readable"
