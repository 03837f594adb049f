/** By shell; each hands the line over to `podwire __complete`. */
export const completionScripts: Readonly<Record<string, string>> = {
  bash: `_podwire() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :file) compopt -o default 2>/dev/null ;;
      *) COMPREPLY+=("$line") ;;
    esac
  done < <(podwire __complete bash "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
}
complete -F _podwire podwire
`,
  zsh: `#compdef podwire
_podwire() {
  local line
  local -a found
  for line in "\${(@f)$(podwire __complete zsh "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      '') ;;
      :file) _files; return ;;
      *$'\\t'*) found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
      *) found+=("\${line//:/\\\\:}") ;;
    esac
  done
  _describe podwire found
}
if [[ $funcstack[1] == _podwire ]]; then _podwire "$@"; else compdef _podwire podwire; fi
`,
  fish: `function __podwire_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  for line in (podwire __complete fish $words[2..] "$current" 2>/dev/null)
    switch $line
      case :file
        __fish_complete_path $current
      case '*'
        echo $line
    end
  end
end
complete -c podwire -f -a '(__podwire_complete)'
`,
}
