# What the shell of ./user shell starts with: the user's own settings first, because they may reset PATH.
if [[ -f ~/.bashrc ]]; then source ~/.bashrc; fi
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/scripts/environment.sh"
set +u
unset root
PS1="(user) ${PS1:-\$ }"
