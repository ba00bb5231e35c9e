import type { Failure } from "./explain.ts"

/**
 * Who says it when docker's command line fails. `flag`: the command line while it reads a value; `client`: the command
 * line before it asks anybody; `daemon`: its daemon.
 */
export type Speaker = "flag" | "client" | "daemon"

/** A failure in docker's words. Lines that come after the first belong to the same complaint. */
export interface DockerWords {
  readonly speaker: Speaker
  readonly text: string
}

/**
 * What docker says in the place of a failure, for programs that look for its sentences. Worded as Docker 28's command
 * line shows what a daemon answers. What docker has no sentence for keeps ours.
 */
export const dockerWords = (failure: Failure): DockerWords => {
  switch (failure._tag) {
    case "Usage":
      return { speaker: failure.speaker ?? "client", text: failure.reason ?? failure.message }
    case "NoSuchImage":
      return daemon(`No such image: ${withTag(failure.reference)}`)
    case "NoSuchVolume":
      return daemon(`get ${failure.name}: no such volume`)
    case "VolumeInUse":
      return daemon(`remove ${failure.name}: volume is in use - [${failure.ids.join(", ")}]`)
    case "NameTaken":
      return daemon(
        `Conflict. The container name "/${failure.name}" is already in use by container "${failure.holder}". ` +
          "You have to remove (or rename) that container to be able to reuse that name."
      )
    case "ImageInUse":
      return daemon(`conflict: ${failure.message}`)
    case "BadImageName":
      return { speaker: "daemon", text: `invalid reference format${upper(failure.text)}` }
    case "WrongState":
      return daemon(wrongState(failure.id, failure.container, failure.verb, failure.why))
    case "NotRunning":
      return daemon(`Container ${failure.container} is not running`)
    case "CommandNotFound":
    case "CommandNotExecutable":
      return daemon(`${startFailed}${failure.message}: unknown`)
    case "IsolationRefused":
      return daemon(
        /^unable to find (user|group)/i.test(failure.why) ? failure.why : `${startFailed}${failure.message}`
      )
    case "BadOption":
      return daemon(failure.why)
    default:
      return daemon(failure.message)
  }
}

const startFailed =
  "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "

const daemon = (text: string): DockerWords => ({ speaker: "daemon", text })

const withTag = (reference: string): string =>
  /[:@][^/]*$/.test(reference) || /^[0-9a-f]{64}$/.test(reference) ? reference : `${reference}:latest`

const upper = (text: string): string =>
  /[A-Z]/.test(text.split(":")[0] ?? "") ? ": repository name must be lowercase" : ""

const wrongState = (id: string, name: string, verb: string, why: string): string => {
  if (verb === "remove") {
    return `You cannot remove a running container ${id}. Stop the container before attempting removal or force remove`
  }
  if (why === "container is paused")
    return `Container ${name} is paused, unpause the container before ${verb.replace(/ .*/, "")}`
  const sentence = `Container ${id} ${why.replace(/^container /, "")}`
  return verb === "kill" ? `Cannot kill container: ${name}: ${sentence}` : sentence
}
