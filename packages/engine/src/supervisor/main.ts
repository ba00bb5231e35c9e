import { readFileSync, rmSync } from "node:fs"
import { isFrozen } from "@gantry/linux/cgroup-frozen"
import { type CgroupLayout, detectCgroups } from "@gantry/linux/cgroup-layout"
import { POLLIN, SIGTERM } from "@gantry/linux/constants"
import { loadSyscallsSync } from "@gantry/linux/load"
import { stayMovable } from "@gantry/linux/stay-movable"
import { failedWith } from "@gantry/linux/SyscallError"
import { enterUserNetwork } from "@gantry/linux/user-network"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { appendEvent } from "../events/append-event.ts"
import { standardInput } from "./channel.ts"
import { type Client, listen, makeClient, makeClients } from "./clients.ts"
import type { Directing, Sequences } from "./direct.ts"
import { makeConnection } from "./connection.ts"
import { endBy } from "./end-by.ts"
import { cleanUp, finish } from "./finish.ts"
import { limitGroup, openGroup, thawGroup } from "./group.ts"
import type { Job } from "./job.ts"
import { handedOver, openFollowed } from "./follow.ts"
import { launch, type Launched } from "./launch.ts"
import { live } from "./live.ts"
import { type Log, openLog } from "./log.ts"
import { type LikelyBeginning, likelyBeginning, type OpenedLaunch, openLaunch } from "./open-launch.ts"
import { type HeldPorts, holdPorts } from "./ports.ts"
import { type Control, encodeEvent, encodeFrames, type Event, type Frame, frameType, jsonOf } from "./protocol.ts"
import { makeRest } from "./rest.ts"
import { type Door, serve } from "./serve.ts"
import { holdShared } from "./shared-namespaces.ts"
import { giveBackMemory, giveUpVariables } from "./small-heap.ts"
import { readState, writeState } from "./state.ts"

/**
 * `gantry __supervise <container's directory> <file of its complaints>`: the parent of one container. It owns the
 * container's streams, its log and its exit code, and outlives whoever started it. Nothing that can happen to a client
 * ends it.
 *
 * Where its environment says how the first process will most likely be begun, it is made while the starter is still
 * busy with the rest, who may put it together then. `sequences`: how the supervisor does that itself where it has to.
 */
export const main = async (args: ReadonlyArray<string>, sequences: Sequences): Promise<void> => {
  const [directory = "", complaints = ""] = args
  const sys = loadSyscallsSync()
  const likely = process.env[likelyBeginning]
  delete process.env[likelyBeginning]
  giveUpVariables()
  let ahead = likely === undefined ? undefined : openAhead(sys, JSON.parse(likely) as LikelyBeginning)
  const followed = ahead?.child.type === "followed"
  // Made while there is time.
  void process.stdout
  if (ahead !== undefined) stayMovable(sys, followed ? handedOver.said : 0)
  const steered = followed && awaitBeginning(sys, handedOver.said)
  if (followed && !steered) {
    // The starter has let go of it: this is not how the container is launched, or nothing is.
    ahead?.discard()
    ahead = undefined
  }
  if (!steered && !awaitBeginning(sys, 0)) {
    // The start came to nothing.
    ahead?.kill()
    rmSync(complaints, { force: true })
    return process.exit(0)
  }
  const job: Job = JSON.parse(readFileSync(`${directory}/job.json`, "utf8"))
  // A terminal that closes and a Ctrl-C in it are the starter's affair.
  for (const signal of ["SIGHUP", "SIGINT"]) process.on(signal, () => undefined)
  try {
    await supervise(directory, job, { ahead, directing: await directingFor(job, sequences) })
  } catch (cause) {
    // The starter shows it to people.
    process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`)
    process.exit(1)
  }
}

const openAhead = (sys: Syscalls, likely: LikelyBeginning): OpenedLaunch =>
  likely.steered ? openFollowed(sys, likely) : openLaunch(sys, likely)

/** Waits for the starter's first byte. False when the starter has let go instead. */
const awaitBeginning = (sys: Syscalls, fd: number): boolean => {
  const byte = new Uint8Array(1)
  for (;;) {
    try {
      return sys.read(fd, byte) === 1
    } catch (error) {
      if (!failedWith(error, "EAGAIN")) return false
      sys.poll([{ fd, events: POLLIN }], null)
    }
  }
}

/** Puts together what cannot be had in another way. Others leave it to their starter: it takes memory for good. */
const directingFor = async ({ plan }: Job, sequences: Sequences): Promise<Directing | undefined> =>
  plan.directed?.users === undefined ? undefined : (await import("./direct.ts")).directing(sequences)

interface Means {
  readonly ahead: OpenedLaunch | undefined
  readonly directing: Directing | undefined
}

const supervise = async (directory: string, job: Job, { ahead, directing }: Means): Promise<void> => {
  let opened = ahead
  const { supervision } = job
  let { addresses = [] } = supervision
  // Before it leaves the network whose ports they are.
  const ports = await holdPorts(supervision.ports, addresses)
  // Its other sockets are where the container's links are. Without one of its own, the container stays in the host's.
  if (job.spec.wiring.every(({ type }) => type !== "host")) enterUserNetwork(loadSyscallsSync())
  let { spec } = job
  let rule = supervision.restart
  let attributes = supervision.story?.attributes ?? {}
  const story = (action: string, more: { readonly [name: string]: string } = {}): void => {
    if (supervision.story === undefined) return
    const event = { at: Date.now(), type: "container", action, id: spec.id } as const
    appendEvent(supervision.story.journal, { ...event, attributes: { ...attributes, ...more } })
  }
  const clients = makeClients()
  const rest = makeRest()
  let running: Launched | undefined
  let held: HeldPorts | undefined
  let layout: CgroupLayout | undefined
  const connection = await makeConnection(job, giveBackMemory)
  /** Loaded here: few containers have any. */
  const secrets = job.withheld === undefined ? undefined : (await import("./held-secrets.ts")).holdSecrets(job.withheld)

  const receive = async (client: Client, frame: Frame): Promise<void> => {
    if (frame.type === frameType.stdin) await running?.write(frame.payload)
    if (frame.type !== frameType.control) return
    const control = jsonOf(frame.payload) as Control
    if (control.type === "rewire") {
      const why = await connection.change(control, running?.pid)
      return void client.send(encodeEvent({ type: "rewired", ...(why === undefined ? {} : { why }) }))
    }
    if (control.type !== "hold-ports") return obey(client, control)
    addresses = control.addresses ?? addresses
    const refused = await held?.change(control.ports, addresses, control.sockets)
    void client.send(encodeEvent({ type: "ports-held", ...(refused === undefined ? {} : { refused }) }))
  }
  const leave = (client: Client): void => {
    clients.remove(client)
    if (client.changesPorts) void cleanUp(job)
  }
  const obey = (client: Client, control: Control): void => {
    if (control.type === "attach") client.attached = true
    if (control.type === "claim-cleanup") client.claimsCleanup = true
    if (control.type === "begin-port-change" || control.type === "port-change-done") {
      client.changesPorts = control.type === "begin-port-change"
      void client.send(encodeEvent({ type: "port-change-noted" }))
    }
    if (control.type === "close-stdin" && supervision.stdinOnce) running?.closeInput()
    if (control.type === "resize" && running !== undefined) {
      const { columns, rows } = control
      running.resize(control)
      if (spec.process.tty) story("resize", { height: String(rows), width: String(columns) })
    }
    if (control.type === "signal") running?.signal(control.signal)
    if (control.type === "update") {
      const { name, resources, restart } = control.change
      rule = restart ?? rule
      if (name !== undefined) attributes = { ...attributes, name }
      spec = { ...spec, resources: { ...spec.resources, ...resources } }
      const why = resources === undefined || running === undefined ? undefined : limitGroup(job.group, resources)
      void client.send(encodeEvent({ type: "updated", ...(why === undefined ? {} : { why }) }))
    }
    if (control.type === "secret" && client === starter && secrets?.take(control.placeholder, control.text) === true) {
      void client.send(encodeEvent({ type: "secrets-held" }))
    }
    if (control.type === "tell-secret") {
      const text = secrets?.text(control.placeholder)
      void client.send(encodeEvent({ type: "secret-told", ...(text === undefined ? {} : { text }) }))
    }
    if (control.type === "stand-down") {
      rest.want()
      const ending = running === undefined ? undefined : control.ending
      if (running !== undefined && ending !== undefined) endBy(running, ending)
      void client.send(encodeEvent({ type: "stands-down", ends: ending !== undefined }))
    }
  }
  const starterLeft = (client: Client): void => {
    clients.remove(client)
    secrets?.close()
  }
  const starter = meetStarter(supervision.claimed, starterLeft, receive)
  clients.add(starter)

  const fail = async (failure: Event & { type: "failed" }, close: () => unknown): Promise<void> => {
    await close()
    // It fares as it did before.
    const file = readState(directory)
    if (file?.starting === true) writeState(directory, { state: file.state, supervisor: file.supervisor })
    clients.tell(failure)
    const alone = !starter.present()
    await finish(job, { flushed: clients.flushed, left: () => alone })
  }

  if ("code" in ports) {
    const { hostIp, hostPort, protocol } = ports.port
    const stage = `publish port ${hostIp}:${hostPort}/${protocol}`
    return fail({ type: "failed", status: 125, stage, why: ports.why }, () => undefined)
  }
  held = ports
  let serving: Promise<Door> | undefined
  const close = async () => {
    ;(await serving)?.close()
    ports.close()
    connection.closed()
  }
  const log: Log | undefined =
    supervision.log.driver === "file" ? openLog(directory, supervision.log, () => new Date()) : undefined
  // Whoever ends the supervisor in order ends the container, also while it waits to be started again.
  process.on("SIGTERM", () => {
    rest.want()
    running?.signal(SIGTERM)
  })

  const start = async () => {
    const shared = holdShared(loadSyscallsSync(), directory, supervision.shares)
    if (typeof shared === "string") {
      return { type: "failed", status: 125, stage: "join another container", why: shared } as const
    }
    const first = opened
    const next = connection.next()
    // What the starter puts together, it has put the secrets into itself.
    const plan = secrets === undefined || first?.child.type === "followed" ? next.plan : await secrets.reveal(next.plan)
    if (plan === undefined) {
      shared.release()
      const why = "whoever started the container was killed before it had handed them over"
      return { type: "failed", status: 125, stage: "give it its secrets", why } as const
    }
    opened = undefined
    const launching = launch(
      {
        ...next,
        plan,
        stdin: supervision.stdin,
        ...(spec.process.tty ? { terminal: spec.process.size === undefined ? {} : { size: spec.process.size } } : {}),
        onConnected: connection.opened,
        group: openGroup(job.group, spec),
        onOutput: ({ bytes, stream }) => {
          log?.append(stream, bytes)
          return clients.output(encodeFrames(frameType[stream], bytes))
        }
      },
      first,
      directing
    ).finally(shared.release)
    // The starter waits for this process's part of the launch, and nobody for the door until the container runs.
    serving ??= serve(job.socket, { add: clients.add, remove: leave }, receive)
    await serving
    return launching
  }
  const failure = await live(directory, supervision, {
    start,
    rest,
    standsStill: () => isFrozen((layout ??= detectCgroups()), job.group),
    rule: () => rule,
    tell: clients.tell,
    story,
    thaw: () => void thawGroup(job.group),
    onRun: (launched) => {
      running = launched
      if (launched !== undefined) giveBackMemory()
      // What was written is in the log before anybody hears of the end.
      else {
        log?.settle()
        connection.closed()
      }
    }
  })
  log?.end()
  if (failure !== undefined) return fail(failure, close)
  await close()
  await finish(job, { flushed: clients.flushed, left: () => !clients.cleanupClaimed() })
}

/** Whoever started this process, on its standard input and output. */
const meetStarter = (
  claimed: boolean,
  remove: (client: Client) => void,
  receive: (client: Client, frame: Frame) => Promise<void>
): Client & { readonly present: () => boolean } => {
  let present = true
  const client = makeClient(process.stdout)
  client.attached = true
  client.claimsCleanup = claimed
  const leave = () => {
    present = false
    client.attached = false
    client.claimsCleanup = false
    remove(client)
  }
  process.stdout.on("error", leave)
  void listen(standardInput(), (frame) => receive(client, frame)).then(leave)
  return Object.assign(client, { present: () => present })
}
