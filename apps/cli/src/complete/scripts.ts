/** Shells that can be taught. */
export const shells = ["bash", "fish", "zsh"] as const

/** What teaches a shell to ask `program` for completions: `eval` it, or put it where the shell looks for such things. */
export const completionScript = (shell: (typeof shells)[number], program: string): string =>
  ({ bash, fish, zsh })[shell].replaceAll("PROGRAM", program)

// bash cuts words at = and : as well, and replaces only the last piece. The whole words are put together again from the
// line, and what stands before the last piece is taken off the answers.
const bash = `# bash completion for PROGRAM
_PROGRAM_complete() {
  local rest=$COMP_LINE words=() piece trimmed word cut orders value about
  for piece in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    trimmed="\${rest#"\${rest%%[![:space:]]*}"}"
    if [[ \${#words[@]} -eq 0 || $trimmed != "$rest" || -z $rest ]]; then words+=("$piece"); else words[-1]+=$piece; fi
    rest=\${trimmed#"$piece"}
  done
  word=\${words[-1]}
  cut=
  [[ $word == *[=:]* && $COMP_WORDBREAKS == *[=:]* ]] && cut=\${word%"\${word##*[=:]}"}
  COMPREPLY=()
  {
    read -r orders
    while IFS=$'\\t' read -r value about; do COMPREPLY+=("\${value#"$cut"}"); done
  } < <("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null)
  [[ $orders == *nospace* ]] && compopt -o nospace
  if [[ $orders == *files* ]]; then
    while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "\${word#"$cut"}")
    compopt -o filenames
  elif [[ $orders == *directories* ]]; then
    while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -d -- "\${word#"$cut"}")
    compopt -o filenames
  fi
}
complete -F _PROGRAM_complete PROGRAM
`

const zsh = `#compdef PROGRAM
_PROGRAM() {
  local line orders
  local -a lines values abouts
  lines=("\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT - 1]}" "$PREFIX" 2>/dev/null)}")
  orders=\${lines[1]}
  for line in "\${(@)lines[2,-1]}"; do
    [[ -z $line ]] && continue
    values+=("\${line%%$'\\t'*}")
    abouts+=("\${line%%$'\\t'*}  \${line#*$'\\t'}")
  done
  local -a how
  [[ $orders == *nospace* ]] && how=(-S '')
  (( \${#values} )) && compadd "\${how[@]}" -l -d abouts -a values
  if [[ $orders == *files* ]]; then _files
  elif [[ $orders == *directories* ]]; then _files -/
  fi
}
if [[ \${funcstack[1]} == _PROGRAM ]]; then _PROGRAM "$@"; else compdef _PROGRAM PROGRAM; fi
`

const fish = `# fish completion for PROGRAM
function __PROGRAM_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($words[1] __complete $words[2..] "$current" 2>/dev/null)
    set -l orders $lines[1]
    for line in $lines[2..]
        test -n "$line"; and echo $line
    end
    if string match -q '*files*' -- $orders
        __fish_complete_path "$current"
    else if string match -q '*directories*' -- $orders
        __fish_complete_directories "$current"
    end
end
complete -c PROGRAM -f -a '(__PROGRAM_complete)'
`
