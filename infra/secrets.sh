#!/bin/sh
# Stores the app's secrets in Key Vault and lets the app read each of them. Safe to repeat.
#
#   sh infra/secrets.sh                      generates the hooks' password and the callback key, unless they exist
#   sh infra/secrets.sh anthropic-api-key    also asks for the value of that secret, or reads it from a pipe
#   sh infra/secrets.sh extension-key        the same for the certificate of the Azure Boards extension
#
# The names of resources come from the environment, as in azd hooks, or from `azd env get-value`.
set -eu
cd "$(dirname "$0")"

ATTEMPTS=${ATTEMPTS:-20} # a new right on the vault can take a few minutes to take effect
PAUSE=${PAUSE:-15}

# Prints the value of the first of these names that is known. An empty value is an error, because az would ignore an
# empty --subscription.
known() {
    for variable in "$@"; do
        found=$(printenv "$variable") && break
        found=$(azd env get-value "$variable" 2>/dev/null) && break
        found=
    done
    [ -n "$found" ] || { echo "$1 has no value in the azd environment. Run: azd provision" >&2; exit 2; }
    printf '%s\n' "$found"
}

checked() {
    case $1 in
    "" | -* | *[!0-9A-Za-z-]*)
        echo "\"$1\" is not a valid secret name: use letters, digits and hyphens." >&2
        exit 2
        ;;
    esac
}

# Lists names only; the values stay in the vault.
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

# Passes the value in a file that only this user can read, because every user of the machine can read arguments.
store() {
    az keyvault secret set --subscription "$AZURE_SUBSCRIPTION_ID" --vault-name "$vault" --name "$1" \
        --file "$value" --encoding utf-8 --output none
    echo "Stored $1 in $vault."
}

ask() {
    if [ -t 0 ]; then
        printf 'Value of %s (input is hidden): ' "$1" >&2
        trap 'stty echo; rm -f "$value"' EXIT
        stty -echo
        IFS= read -r given
        stty echo
        echo >&2
    else
        IFS= read -r given || [ -n "$given" ]
    fi
    [ -n "$given" ] || { echo "No value was given, so $1 is unchanged." >&2; exit 2; }
    printf '%s' "$given" >"$value"
}

for name in "$@"; do checked "$name"; done
AZURE_SUBSCRIPTION_ID=$(known AZURE_SUBSCRIPTION_ID)
group=$(known AZURE_RESOURCE_GROUP)
vault=$(known AZURE_KEY_VAULT_NAME)
principal=$(known AUTOCODER_APP_PRINCIPAL_ID)
password=$(known HOOK_SECRET_NAME HOOK_PASSWORD_SECRET) # the second name is that of earlier templates
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
