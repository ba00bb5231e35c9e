import { createHash } from "node:crypto"
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync
} from "node:fs"
import { dirname, join } from "node:path"
import { beforeEach, describe, expect, it } from "vitest"
import { programPath, useGantry } from "./host/gantry.ts"
import { runProcess, startProcess } from "./host/started.ts"
import { until } from "./host/until.ts"

/** Waits for a process that runs a program of no image, holds the program open, and writes to it once nobody runs it. */
const watcher = `
while :; do
  for p in /proc/[0-9]*; do
    l=$(readlink $p/exe 2>/dev/null) || continue
    case "$l" in /bin/*) continue ;; esac
    { while :; do
        if (echo overwritten >>/proc/self/fd/3) 2>/why; then echo written >/result; exit; fi
        grep -q busy /why || { cat /why >/result; exit; }
      done
    } 3<$p/exe
  done 2>/dev/null
done`

describe("a hostile container", () => {
  const gantry = useGantry()
  const inside = (script: string, ...options: ReadonlyArray<string>) =>
    gantry.try("exec", ...options, "box", "sh", "-c", script)

  beforeEach(async () => {
    await gantry.ok("run", "-d", "--name", "box", "base", "sleep", "600")
  })

  it("meets no program of gantry's but one in memory that nobody can write to", async () => {
    await gantry.ok("exec", "-d", "box", "sleep", "777")
    const words = (pid: string) => readFileSync(`/proc/${pid}/cmdline`, "latin1")
    const joined = readdirSync("/proc").find((pid) => /^\d+$/.test(pid) && words(pid) === "sleep\x00777\x00")
    const waits = Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${joined}/status`, "utf8"))?.[1])
    expect(readlinkSync(`/proc/${waits}/exe`)).toMatch(/^\/memfd:gantry/)
    expect(() => openSync(`/proc/${waits}/exe`, "r+")).toThrow("ETXTBSY")
  })

  it("cannot write to gantry by making it a script's interpreter", async () => {
    // Another file than the supervisor runs, as after an upgrade: else it is always busy while the container lives.
    const copy = join(gantry.scratch, "gantry")
    copyFileSync(programPath, copy)
    chmodSync(copy, 0o755)
    const digest = () => createHash("sha256").update(readFileSync(copy)).digest("hex")
    const before = digest()
    // What the program is linked to, so that it gets as far as it can in there.
    for (const library of (await runProcess(["ldd", copy], { env: gantry.env })).match(/\/\S+/g) ?? []) {
      await inside(`mkdir -p ${dirname(library)}`)
      await gantry.ok("cp", "-L", library, `box:${library}`)
    }
    await inside("printf '#!/proc/self/exe\\n' >/evil; chmod +x /evil; ln -s /proc/self/exe /evil-link")
    await gantry.ok("exec", "-d", "box", "sh", "-c", watcher)
    const exec = (program: string) =>
      startProcess([copy, "exec", "box", program], { env: gantry.env, cwd: gantry.scratch }).ended
    let result = ""
    for (let round = 0; round < 30 && result === ""; round++) {
      await exec(round % 2 === 0 ? "/evil" : "/evil-link")
      result = (await inside("cat /result 2>/dev/null")).stdout
    }
    // What becomes such a process is there for less than a millisecond: it may not have been caught.
    expect(result).toMatch(/^$|Operation not permitted/)
    expect(digest()).toBe(before)
  })

  it("gets no descriptors but its own streams, and no working directory through one", async () => {
    const list = "for f in /proc/self/fd/*; do readlink $f; done"
    const own = /^(?:pipe:\[\d+\]|socket:\[\d+\]|\/dev\/(?:null|pts\/\d+)|\/proc\/\d+\/fd)?$/
    for (const { stdout } of [await gantry.try("run", "--rm", "base", "sh", "-c", list), await inside(list)]) {
      expect(stdout.split("\n").filter((line) => !own.test(line))).toEqual([])
    }
    for (let fd = 3; fd < 12; fd++) {
      const place = `/proc/self/fd/${fd}`
      for (const attempt of [
        gantry.try("run", "--rm", "-w", place, "base", "sh", "-c", "ls ..; cat ../../../etc/hostname"),
        inside("ls ..", "-w", place)
      ])
        expect((await attempt).status).not.toBe(0)
    }
  }, 120_000)

  it("sees no process but its own, and no file of the host or of others", async () => {
    writeFileSync(join(gantry.scratch, "secret"), "of the host\n")
    await gantry.ok(
      "run",
      "-d",
      "--name",
      "other",
      "-e",
      "SECRET=of-another",
      "base",
      "sh",
      "-c",
      "echo x >/mine; exec sleep 601"
    )
    const { stdout } = await inside(
      "cat /proc/[0-9]*/cmdline | tr '\\0' ' '; cat /proc/[0-9]*/environ | tr '\\0' '\\n'"
    )
    expect(stdout).toContain("sleep 600")
    expect(stdout).not.toContain("sleep 601")
    expect(stdout).not.toContain("of-another")
    const tried = await inside(
      `for d in / /proc/1/root /proc/1/cwd /proc/self/root /proc/1/task/1/root; do cat $d${gantry.scratch}/secret $d/../../..${gantry.scratch}/secret; ls $d${gantry.root}; done; ls /mine`
    )
    expect(tried.stdout).toBe("")
  })

  it("has nothing mounted or made for it outside of its own files, whatever links an image and a volume have", async () => {
    const victim = join(gantry.scratch, "victim")
    mkdirSync(victim)
    const plan = `RUN ln -s ../../../../../../..${victim} /link && ln -s /proc/1/root /up && ln -s ../../../../etc /down`
    await gantry.build("links", `FROM base\n${plan}\n`)
    const tricks = [
      ["-v", "vol:/link/vol"],
      ["--tmpfs", "/link/tmp"],
      ["-w", "/link/work"],
      ["-v", `${victim}:/up${victim}:ro`]
    ]
    // A volume whose owner swaps a directory of it for a link, while others have something mounted there.
    const swap =
      "mkdir -p /v/s/in; ln -s ../../../../../../../.. /v/l; cd /v; while :; do mv s t; mv l s; mv s l; mv t s; done"
    await gantry.ok("run", "-d", "-v", "shared:/v", "base", "sh", "-c", swap)
    const place = `/v/s/in${gantry.scratch}/planted`
    for (const trick of tricks) {
      await gantry.try("run", "--rm", ...trick, "links", "sh", "-c", "touch /link/made /link/vol/v /link/tmp/t made")
      await gantry.try("run", "--rm", "-v", "shared:/v", "-v", `vol:${place}`, "-w", `${place}/w`, "base", "true")
    }
    expect(readdirSync(victim)).toEqual([])
    expect(existsSync(join(gantry.scratch, "planted"))).toBe(false)
    expect(
      await gantry.ok(
        "run",
        "--rm",
        "-v",
        "vol:/down/vol",
        "-w",
        "/down/work",
        "links",
        "sh",
        "-c",
        "pwd -P; ls -d /etc/vol"
      )
    ).toBe("/etc/work\n/etc/vol")
    expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(victim)
  })

  it("is given no file of the kernel in the place of one that is hidden, whatever an image or a volume has in /dev", async () => {
    // What reads as the name of the kernel is harmless; another link would lead to what the host's kernel does for crashes.
    const links = "ln -s /proc/sys/kernel/ostype null && mkdir pts && ln -s /proc/sys/kernel/ostype pts/ptmx"
    await gantry.ok("run", "--rm", "-v", "devices:/x", "base", "sh", "-c", `cd /x && ${links}`)
    await gantry.build("volume-on-dev", `FROM base\nRUN mkdir /d && cd /d && ${links}\nVOLUME /dev\n`)
    const look = "cat /proc/keys /proc/interrupts /proc/timer_list"
    for (const place of [["-v", "devices:/dev", "base"], ["volume-on-dev"]]) {
      expect(await gantry.ok("run", "--rm", ...place, "sh", "-c", look)).toBe("")
    }
    const terminal = await gantry.try("run", "--rm", "-t", "-v", "devices:/dev", "base", "true")
    expect(`${terminal.status} ${terminal.stderr}`).toMatch(/^125 [^]*ptmx/)
  })

  it("has nothing mounted over what the kernel shows of itself, whatever links an image has", async () => {
    await gantry.build("links-to-proc", "FROM base\nRUN ln -s ../proc /p && ln -s /p/sys /s\n")
    for (const [asked, seen] of [
      ["/p", "/proc"],
      ["/s/kernel", "/proc/sys/kernel"],
      ["/p/1/attr", "/proc/1/attr"]
    ]) {
      for (const how of [
        ["-v", `vol:${asked}`],
        ["--tmpfs", asked ?? ""]
      ]) {
        const { status, stderr } = await gantry.try("run", "--rm", ...how, "links-to-proc", "true")
        expect(`${status} ${stderr}`).toContain(
          `could not mount ${asked}: it leads to ${seen}, which is the container's own`
        )
      }
    }
    expect((await gantry.try("run", "--rm", "-v", "vol:/proc/sys", "base", "true")).status).toBe(125)
    expect(
      await gantry.ok("run", "--rm", "-v", `/etc/hostname:/p/uptime`, "links-to-proc", "cat", "/proc/uptime")
    ).toBe(readFileSync("/etc/hostname", "utf8").trim())
  })

  it("has nobody wait for its account files, or read them without end", async () => {
    for (const trick of [
      "mkfifo /etc/passwd",
      "ln -s /dev/zero /etc/passwd",
      "ln -s /etc/group /etc/passwd; rm /etc/group; mkfifo /etc/group"
    ]) {
      await gantry.build("accounts", `FROM base\nRUN rm /etc/passwd && ${trick}\n`)
      expect(await gantry.ok("run", "--rm", "accounts", "echo", "in")).toBe("in")
      expect((await gantry.try("run", "--rm", "-u", "app", "accounts", "true")).stderr).toContain(
        "unable to find user app"
      )
    }
  })

  it("takes neither the port nor the address of another", async () => {
    await gantry.ok(
      "run",
      "-d",
      "--name",
      "web",
      "-p",
      "127.0.0.1::80",
      "base",
      "sh",
      "-c",
      "mkdir /w; echo web >/w/index.html; exec httpd -f -p 80 -h /w"
    )
    const port = (await gantry.ok("port", "web", "80")).split(":").at(-1) ?? ""
    const address = await gantry.field("web", "{{.NetworkSettings.IPAddress}}")
    const gateway = await gantry.field("web", "{{.NetworkSettings.Gateway}}")
    const page = () => until("the page", async () => (await fetch(`http://127.0.0.1:${port}/`)).text(), 5)
    expect(await page()).toBe("web\n")
    for (const published of [`127.0.0.1:${port}:80`, `${port}:80`]) {
      const { status, stderr } = await gantry.try("run", "--rm", "-p", published, "base", "true")
      expect({ published, status, stderr }).toEqual({ published, status: 125, stderr: expect.stringContaining(port) })
    }
    for (const attempt of [
      `ip addr add ${address}/16 dev eth0`,
      `ip addr add ${gateway}/16 dev eth0`,
      "ip link set eth0 address 02:00:00:00:00:01",
      `ip route add ${address}/32 dev lo`,
      "iptables -t nat -L || nft list ruleset",
      `nc -l -s ${address} -p 80`
    ]) {
      expect({ attempt, status: (await inside(attempt)).status }).not.toEqual({ attempt, status: 0 })
    }
    expect(await page()).toBe("web\n")
  })

  it("opens no device, and writes to nothing that is the machine's", async () => {
    const { dev } = statSync("/")
    const disk = `b ${(dev >> 8) & 0xfff} ${(dev & 0xff) | ((dev >> 12) & 0xfff00)}`
    const attempts = [
      ...[disk, "c 1 1", "c 1 11"].map((device) => `mknod /dev/evil ${device} && head -c 1 /dev/evil`),
      "head -c 1 /proc/1/root/proc/kcore | grep .",
      "echo '|/bin/sh' >/proc/sys/kernel/core_pattern",
      "echo /bin/sh >/proc/sys/kernel/modprobe",
      "echo /bin/sh >/sys/kernel/uevent_helper",
      'f=$(find /sys/fs/cgroup -name release_agent | head -n 1); [ -n "$f" ] && echo /bin/sh >$f',
      'f=$(find /sys/fs/cgroup -name pids.max -o -name memory.max | head -n 1); [ -n "$f" ] && echo max >$f',
      "mkdir -p /m; mount -t cgroup -o pids none /m || mount -t cgroup2 none /m",
      "mkdir -p /m; mount -t proc none /m",
      "mkdir -p /m; mount --bind /proc /m",
      "mount -o remount,rw /proc/sys",
      "unshare -Urm true || unshare -m true",
      "nsenter -t 1 -m -n true"
    ]
    for (const script of attempts) {
      const { status, stdout } = await inside(script)
      expect({ script, status, stdout }).toEqual({ script, status: expect.toSatisfy((code) => code !== 0), stdout: "" })
      await inside("rm -f /dev/evil")
    }
  })
})
