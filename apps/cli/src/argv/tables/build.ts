import type { Command } from "../Command.ts"
import type { OptionTable } from "../Option.ts"
import { names } from "./names.ts"

const legacy = "it belongs to the builder that Docker has retired"

/** What a build is made of, and what its commands find around them. */
export const inputs = {
  file: { kind: "text", short: "f", about: 'Name of the Dockerfile (default "PATH/Dockerfile")' },
  buildArg: { kind: "list", about: "Value of a build argument" },
  buildArgFile: { kind: "list", about: "Read values of build arguments from a file, one name=value in a line" },
  target: { kind: "text", about: "Stage to build" },
  platform: { kind: "list", about: "Platforms to build for, as os/arch[/variant], separated by commas" },
  reproducible: {
    kind: "flag",
    about: "Limit times to SOURCE_DATE_EPOCH, or 1970, so that the same files give the same image"
  },
  earlyCutoff: {
    kind: "flag",
    about: "Reuse results after steps that ran again and made the same files as before"
  },
  network: { kind: "text", about: 'Network of RUN instructions ("default", "none", "host")' },
  secret: {
    kind: "list",
    about: "Secret for RUN instructions, as id=name[,src=file][,env=variable]"
  },
  ssh: { kind: "list", about: 'SSH agent or keys for the build, as "default" or id=socket, id=key,key' },
  buildContext: { kind: "list", about: "Further context, as name=path, name=URL or name=docker-image://image" },
  jobs: { kind: "number", about: "How many steps run at once" },
  addHost: { kind: "list", about: "Host name that RUN instructions know, as name:address" },
  runtime: {
    kind: "text",
    about: 'Runtime of RUN instructions ("namespace", "runc", "crun", "youki", "runsc" or a path)'
  },
  shmSize: { kind: "text", value: "bytes", about: "Size of /dev/shm of RUN instructions" },
  ulimit: { kind: "list", value: "ulimit", about: "Process limit of RUN instructions, as type=soft[:hard]" },
  memory: { kind: "text", short: "m", value: "bytes", about: "Memory limit of each RUN instruction" },
  memorySwap: { kind: "text", value: "bytes", about: "Limit of memory plus swap; -1 for unlimited swap" },
  cpus: { kind: "text", value: "decimal", about: "Number of CPUs for each RUN instruction, such as 1.5" },
  cpuPeriod: { kind: "number", about: "Period of the CPU limit, in microseconds" },
  cpuQuota: { kind: "number", about: "CPU time within a period, in microseconds" },
  cpuShares: { kind: "number", short: "c", about: "Weight of each RUN instruction's CPU time" },
  cpusetCpus: { kind: "text", about: "CPUs that may be used, such as 0-3 or 0,1" }
} as const satisfies OptionTable

/** `gantry build`. */
export const build = {
  ...names.build,
  usage: "[OPTIONS] PATH | URL | -",
  interspersed: true,
  operands: { min: 1, max: 1 },
  options: {
    ...inputs,
    tag: { kind: "list", short: "t", about: "Name of the image, as name[:tag]" },
    noCache: { kind: "flag", about: "Do not reuse earlier results" },
    noCacheFilter: { kind: "list", about: "Stages that do not reuse earlier results, by name or number" },
    cacheTtl: { kind: "text", value: "duration", about: "Do not reuse results that are older than this" },
    pull: {
      kind: "text",
      bare: "always",
      about: 'Ask the registry for newer base images, or "=missing", "=never"',
      value: "string"
    },
    lock: {
      kind: "flag",
      about: "Build with what the lock file records, and add what it lacks"
    },
    locked: { kind: "flag", about: "Build with what the lock file records, and nothing else" },
    offline: { kind: "flag", about: "Ask no registry, web server or repository for anything" },
    frozen: { kind: "flag", about: "--locked and --offline together" },
    quiet: { kind: "flag", short: "q", about: "Print only the image's id" },
    progress: { kind: "text", about: 'How progress looks ("auto", "plain", "tty", "rawjson", "quiet", "none")' },
    label: { kind: "list", about: "Label of the image" },
    unsetenv: { kind: "list", about: "Leave this variable out of the image, separated by commas" },
    unsetlabel: { kind: "list", about: "Leave this label out of the image, separated by commas" },
    omitHistory: { kind: "flag", about: "Leave the history out of the image" },
    saveStages: { kind: "flag", about: "Keep each stage that is built as an image without a name" },
    iidfile: { kind: "text", about: "Write the image's id to this file" },
    allowSecretLeak: { kind: "flag", about: "Only warn when a secret's value is found in the image" },
    explain: {
      kind: "text",
      bare: "text",
      value: "string",
      about: 'Say why each step was run again, as text or "=json"'
    },
    plan: {
      kind: "text",
      bare: "text",
      value: "string",
      about: 'Show which steps the cache has, as text or "=json", and build nothing'
    },
    check: {
      kind: "flag",
      about: "Say what is questionable in the Dockerfile, with status 1 if anything is; the same as --call=check"
    },
    call: {
      kind: "text",
      value: "string",
      about: 'Say something of the Dockerfile and build nothing: "check", "outline" or "targets", with ",format=json"'
    },
    requireCached: { kind: "flag", about: "Fail with status 3, before anything runs, when the cache lacks a step" },

    output: {
      kind: "list",
      short: "o",
      about: 'Where the result goes, as "type=image|oci|docker|local|tar,dest=path", a folder, or "-"'
    },
    metadataFile: { kind: "text", about: "Write facts about the build to this file" },
    attest: {
      kind: "list",
      about: 'What is said of the image where it is sent, as "type=provenance,mode=min|max" or "type=sbom"'
    },
    provenance: {
      kind: "text",
      bare: "true",
      value: "string",
      about: 'Say how the image was made; with "=mode=max" also the build arguments, the Dockerfile and its steps'
    },
    sbom: {
      kind: "text",
      bare: "true",
      value: "string",
      about: "Say which packages of Debian or Alpine are in the image"
    },
    annotation: { kind: "list", about: "Annotation of the image, as [index|manifest:]name=value" },
    load: { kind: "flag", about: "Keep the image in the store, whatever other outputs there are" },

    cacheFrom: {
      kind: "list",
      about:
        'Where others left results, as "type=registry,ref=name" or "type=local,src=folder"; with "mounts=true" cache mounts too'
    },
    cacheTo: {
      kind: "list",
      about:
        'Where to leave results, as "type=registry,ref=name" or "type=local,dest=folder", with "mode=min|max", and "mounts=true" for cache mounts'
    },
    squash: { kind: "flag", about: "Make one layer of those that the Dockerfile's own steps make" },
    squashAll: { kind: "flag", about: "Make one layer of all, those of the base image included" },
    push: { kind: "flag", about: "Push the image to the registries of its names" },
    onError: {
      kind: "text",
      about: 'Open a shell when a RUN fails: "shell" with the files it left, "shell-before" with those it found'
    },
    cgroupParent: { kind: "text", about: "Parent cgroup", supported: false, harmless: [""] },
    allow: { kind: "list", about: "Privileges of the build", supported: false },

    builder: { kind: "text", about: "Builder to use", ignored: "there is one builder" },
    rm: { kind: "flag", fallback: true, about: "Remove intermediate containers", ignored: legacy },
    forceRm: { kind: "flag", about: "Always remove intermediate containers", ignored: legacy },
    compress: { kind: "flag", about: "Compress the context", ignored: legacy },
    disableContentTrust: { kind: "flag", fallback: true, about: "Skip verification", ignored: legacy },
    isolation: { kind: "text", about: "Isolation technology", ignored: legacy },
    securityOpt: { kind: "list", about: "Security options", ignored: legacy },
    cpusetMems: { kind: "text", about: "Memory nodes", ignored: legacy }
  }
} as const satisfies Command

/** `gantry cache verify`. */
export const cacheVerify = {
  ...names.cacheVerify,
  usage: "[OPTIONS] [PATH | URL | -]",
  interspersed: true,
  operands: { min: 0, max: 1 },
  options: {
    ...inputs,
    sample: { kind: "number", about: "Run only this many steps, chosen at random" },
    json: { kind: "flag", about: "Print what was found as JSON" }
  }
} as const satisfies Command

/** `gantry lock update`. */
export const lockUpdate = {
  ...names.lockUpdate,
  usage: "[OPTIONS] [PATH]",
  interspersed: true,
  operands: { min: 0, max: 1 },
  options: {
    file: inputs.file,
    buildArg: inputs.buildArg,
    buildArgFile: inputs.buildArgFile,
    target: inputs.target,
    platform: inputs.platform,
    buildContext: inputs.buildContext,
    ssh: inputs.ssh,
    dryRun: { kind: "flag", about: "Show what has changed, and write nothing" }
  }
} as const satisfies Command
