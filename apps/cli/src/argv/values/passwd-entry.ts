import { bad, good, type Result } from "../Result.ts"

/** Reads `--passwd-entry`: a line of /etc/passwd, in which $USERNAME, $UID, $GID, $NAME and $HOME may stand. */
export const parsePasswdEntry = (text: string): Result<string> => {
  if (/[\n\0]/.test(text)) return bad("it has more than one line")
  const parts = text.split(":")
  return parts.length === 7 && parts[0] !== ""
    ? good(text)
    : bad(`"${text}" is no line of /etc/passwd: write $USERNAME:x:$UID:$GID:$NAME:$HOME:/bin/sh`)
}
