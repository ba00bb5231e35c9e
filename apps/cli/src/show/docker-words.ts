import { capabilityName } from "../argv/values/capability.ts"
import type { Failure } from "./explain.ts"
import { explainComposeFile } from "./explain-compose.ts"
import { shortId } from "./text.ts"

/**
 * Who says it when docker's command line fails. `flag`: the command line while it reads a value; `client`: the command
 * line before it asks anybody; `plain`: the same, in a sentence that stands alone; `daemon`: its daemon.
 */
export type Speaker = "flag" | "client" | "plain" | "daemon"

/** A failure in docker's words. Lines that come after the first belong to the same complaint. */
export interface DockerWords {
  readonly speaker: Speaker
  readonly text: string
}

/**
 * What docker says in the place of a failure, for programs that look for its sentences. Worded as Docker 28's command
 * line shows what a daemon answers to the last word of a command. What docker has no sentence for keeps ours.
 */
export const dockerWords = (failure: Failure, command = ""): DockerWords => {
  switch (failure._tag) {
    case "Usage":
      return { speaker: failure.speaker ?? "client", text: failure.reason ?? failure.message }
    case "ComposeFileError":
      return {
        speaker: "plain",
        text: failure.problems.some(({ isMissing }) => isMissing)
          ? "no configuration file provided: not found"
          : explainComposeFile(failure).what
      }
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
      return daemon(`conflict: ${imageInUse(failure)}`)
    case "ManifestsRefused":
      return { speaker: "plain", text: failure.what }
    case "BadImageName":
      return badImageName(failure.text, command)
    case "WrongState":
      return daemon(wrongState(failure.id, failure.container, failure.verb, failure.why))
    case "NotRunning":
      return daemon(`Container ${failure.container} is not running`)
    case "CommandNotFound":
      if (failure.lacks === undefined && failure.command.includes("/")) {
        return daemon(
          `${startFailed}exec: "${failure.command}": stat ${failure.command}: no such file or directory: unknown`
        )
      }
      return daemon(`${startFailed}${failure.message}: unknown`)
    case "CommandNotExecutable":
      return daemon(`${startFailed}${failure.message}: unknown`)
    case "IsolationRefused":
      if (failure.why.startsWith("unable to find user")) {
        return command === "exec" ? { speaker: "client", text: failure.why } : daemon(failure.why)
      }
      if (failure.stage.startsWith("enter ") && failure.why === noDirectory) {
        return daemon(
          `${startFailed}chdir to cwd ("${failure.stage.slice("enter ".length)}") set in config.json failed: ${noDirectory}: unknown`
        )
      }
      if (failure.why.endsWith("is not between 0 and 2147483647")) return daemon(numbersRange)
      if (failure.why.startsWith("unable to find group")) return daemon(failure.why.replace(/^u/, "U"))
      return daemon(`${startFailed}${failure.message}`)
    case "NetworkRefused":
      return daemon(networkRefused(failure.action, failure.why))
    case "BadOption":
      return daemon(badOption(failure.option, failure.why))
    default:
      return daemon(failure.message)
  }
}

const numbersRange = "uids and gids must be in range 0-2147483647"

const noDirectory = "no such file or directory"

/** How docker begins when a first process could not be started. */
export const startFailed =
  "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "

/** How docker begins when a further process could not be started. */
export const execFailed = "OCI runtime exec failed: exec failed: unable to start container process: "

const daemon = (text: string): DockerWords => ({ speaker: "daemon", text })

const badOption = (option: string, why: string): string => {
  const [, kind, value = ""] =
    /^(working directory|capability|dropped capability|stop signal) "?([^"]*)"?$/.exec(option) ?? []
  switch (kind) {
    case "working directory":
      return `the working directory '${value}' is invalid, ${why}`
    case "capability":
      return `invalid CapAdd: unknown capability: "${capabilityName(value)}"`
    case "dropped capability":
      return `invalid CapDrop: unknown capability: "${capabilityName(value)}"`
    case "stop signal":
      return `Invalid signal: ${value}`
    default:
      return why.startsWith("bind source path") ? `invalid mount config for type "bind": ${why}` : why
  }
}

const networkRefused = (action: string, why: string): string => {
  const [verb, , name = ""] = action.split(" ")
  if (why === "a network of that name exists") return `network with name ${name} already exists`
  const users = /^it is in use by (.*)/.exec(why)?.[1]
  if (users !== undefined) return `error while removing network: network ${name} has active endpoints (${users})`
  if (why !== "it always exists") return `could not ${action}: ${why}`
  return verb === "create"
    ? `operation is not permitted on predefined ${name} network`
    : `${name} is a pre-defined network and cannot be removed`
}

const withTag = (reference: string): string =>
  /[:@][^/]*$/.test(reference) || /^[0-9a-f]{64}$/.test(reference) ? reference : `${reference}:latest`

/** Commands that read a name of an image themselves. */
const readsNames: ReadonlySet<string> = new Set(["build", "commit", "create", "import", "pull", "push", "run", "tag"])

const badImageName = (text: string, command: string): DockerWords => {
  // The registry's name may have capitals.
  const repository = text.replace(/^[^/]*[.:][^/]*\//, "").replace(/:.*/, "")
  const whole = repository.includes("/") ? repository : `library/${repository}`
  const format = `invalid reference format${/[A-Z]/.test(repository) ? `: repository name (${whole}) must be lowercase` : ""}`
  if (!readsNames.has(command)) return daemon(format)
  const place = command === "tag" ? `Error parsing reference: "${text}" is not a valid repository/tag: ` : ""
  return { speaker: "client", text: place + format }
}

const imageInUse = ({ force, image, reference, user, why }: Failure & { readonly _tag: "ImageInUse" }): string => {
  const id = shortId(image)
  const must = force ? "must be forced" : "cannot be forced"
  if (user === undefined) return `unable to delete ${id} (${must}) - ${why}`
  const container = user.id.slice(0, 12)
  if (force && !image.startsWith(reference.replace(/^(sha256:)?/, "sha256:"))) {
    return `unable to remove repository reference "${reference}" (must force) - container ${container} is using its referenced image ${id}`
  }
  const kind = user.running ? "running" : "stopped"
  return `unable to delete ${id} (${must}) - image is being used by ${kind} container ${container}`
}

const wrongState = (id: string, name: string, verb: string, why: string): string => {
  if (verb === "remove") {
    return `You cannot remove a running container ${id}. Stop the container before attempting removal or force remove`
  }
  if (verb === "connect" || verb === "disconnect" || /^(cannot join network of|sysctl ) ?/.test(why)) return why
  if (why === "container is paused")
    return `Container ${name} is paused, unpause the container before ${verb.replace(/ .*/, "")}`
  return `Container ${id} ${why.replace(/^container /, "")}`
}
