import { chmodSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { programs } from "./host/oci-runtimes.ts"

/** What is looked at from inside, by name: a script, of which the output and the status count. */
const looks = {
  // Who it is, and what it may.
  user: "id",
  "the first process": "tr '\\0' '\\n' < /proc/1/cmdline | head -1",
  capabilities: "grep Cap /proc/self/status",
  "no new privileges": "grep NoNewPrivs /proc/self/status",
  "filter of system calls": "grep -w Seccomp /proc/self/status",
  "speculation of the processor": "grep -i speculation /proc/self/status",
  umask: "umask",
  "score when memory runs out": "cat /proc/self/oom_score_adj",
  limits: "cat /proc/self/limits | grep -E 'open files|core file|processes|stack|locked|address'",
  "signals that are ignored": "grep -E 'SigIgn|SigBlk|SigCgt' /proc/self/status",
  "open descriptors": "ls /proc/self/fd",
  "session and terminal": "tty; cut -d' ' -f7 /proc/self/stat",
  "priority and scheduler": "cut -d' ' -f18,19,40,41 /proc/self/stat",
  "personality and dumping": "cat /proc/self/coredump_filter",
  // Where it begins.
  environment: "env | grep -v '^_=' | sort",
  "working directory": "pwd; stat -c '%A %U %G' .",
  "host name": "hostname; cat /etc/hostname",
  "domain name": "cat /proc/sys/kernel/domainname",
  "hosts file": 'grep -v "$(hostname)" /etc/hosts',
  "resolver file": "cat /etc/resolv.conf",
  "files of gantry's": "for f in /etc/hosts /etc/hostname /etc/resolv.conf; do ls -l $f | cut -c1-10; done",
  // Namespaces.
  "processes seen":
    "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -q '__supervis[e]' && echo host || echo own",
  "networks seen": "ls /sys/class/net; cat /proc/net/route | grep -c .",
  "loopback is up": "ip -o addr show lo | grep -c 127.0.0.1",
  "shared memory of others": "cat /proc/sysvipc/shm | grep -c .",
  "control groups seen": "sed 's/[0-9a-f]\\{12,\\}/ID/' /proc/self/cgroup | cut -d: -f2,3 | sort",
  // Mounts.
  "mount points": "cut -d' ' -f5 /proc/self/mountinfo | grep -v thermal_throttle | sort",
  "every mount and its options":
    "awk '$2 != \"/\" { print $2, $3, $4 }' /proc/mounts | sed -E '/acpi|asound|scsi|powercap|firmware|throttle/s/ro,.*/ro/' | sort",
  "the root": "awk '$2 == \"/\" { print $3, substr($4, 1, 2) }' /proc/mounts; touch /new; echo $?",
  "writing among control groups": "touch /sys/fs/cgroup/new; echo $?; mkdir /sys/fs/cgroup/memory/new; echo $?",
  "options of /proc": "awk '$2 == \"/proc\" { print $4 }' /proc/mounts",
  "options of /sys": "awk '$2 == \"/sys\" { print $4 }' /proc/mounts",
  "options of /dev": "awk '$2 == \"/dev\" { print $4 }' /proc/mounts | tr , '\\n' | grep -v inode | sort",
  "options of /dev/pts": "awk '$2 == \"/dev/pts\" { print $4 }' /proc/mounts",
  "options of /dev/shm": "awk '$2 == \"/dev/shm\" { print $4 }' /proc/mounts | tr , '\\n' | grep -v inode | sort",
  "options of /dev/mqueue": "awk '$2 == \"/dev/mqueue\" { print $4 }' /proc/mounts",
  "options of control groups": "awk '$3 ~ /^cgroup/ { print substr($4, 1, 28) }' /proc/mounts | sort -u",
  "size of shared memory": "df -k /dev/shm | tail -1 | awk '{ print $2 }'",
  "a tmpfs":
    "awk '$2 == \"/scratch\" { print $3, $4 }' /proc/mounts | sed 's/,inode64//'; ls -ld /scratch | cut -c1-10",
  "a volume that is read only": "cat /data/file; touch /data/new; echo $?",
  "a volume that is not": "touch /given/new; echo $?; stat -c '%A %U %G %s' /given/*",
  "a single file": "cat /single; echo x > /single; echo $?",
  propagation: "grep -c -E 'shared:|master:' /proc/self/mountinfo",
  "masked files":
    "for f in kcore keys timer_list; do wc -c < /proc/$f | awk '{ print ($1 > 0) }'; done; stat -c %F /proc/kcore",
  "masked directories": "ls -A /sys/firmware | wc -l; ls -A /proc/acpi /proc/scsi 2>/dev/null | grep -v : | grep -c .",
  "places that are read only":
    "for d in bus fs irq sys; do awk -v d=/proc/$d '$2 == d { print d, substr($4, 1, 2) }' /proc/mounts; done",
  "writing kernel settings": "v=$(cat /proc/sys/kernel/panic); echo $v > /proc/sys/kernel/panic; echo $?",
  "writing below /sys": "v=$(cat /sys/kernel/mm/ksm/run); echo $v > /sys/kernel/mm/ksm/run; echo $?",
  // Devices.
  "names in /dev": "ls /dev | sort",
  "nodes in /dev": "for d in null zero full random urandom tty; do stat -c '%n %A %t %T %u %g' /dev/$d; done",
  "links in /dev": "for d in fd stdin stdout stderr ptmx core; do readlink /dev/$d; done",
  "a device that was given": "stat -c '%A %t %T' /dev/given; head -c 4 /dev/given | wc -c",
  "a device that was not": "mknod /scratch/mem c 1 1 && head -c 1 /scratch/mem; echo $?",
  "opening devices": "for d in null zero urandom full; do head -c 1 /dev/$d | wc -c; done",
  // Limits of the control group.
  "memory limit": "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null",
  "processor limit":
    "cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.shares /sys/fs/cgroup/cpu.max 2>/dev/null",
  "process limit": "cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null",
  "processors and memory nodes": "cat /sys/fs/cgroup/cpuset/cpuset.cpus /sys/fs/cgroup/cpuset/cpuset.mems 2>/dev/null",
  "devices that are allowed": "sort /sys/fs/cgroup/devices/devices.list 2>/dev/null",
  "swappiness and out of memory":
    "cat /sys/fs/cgroup/memory/memory.swappiness; grep oom_kill_disable /sys/fs/cgroup/memory/memory.oom_control",
  // What it can do.
  "a setting of its network": "cat /proc/sys/net/ipv4/ip_unprivileged_port_start",
  mounting: "mount -t tmpfs none /scratch; echo $?",
  "making a user namespace": "unshare -U true; echo $?",
  "making a mount namespace": "unshare -m true; echo $?",
  "changing the host name": "hostname other; echo $?",
  "setting the clock": "date -s @$(date +%s) >/dev/null; echo $?",
  "binding a low port": "httpd -p 127.0.0.1:80; echo $?",
  "becoming another user": "su -s /bin/sh app -c 'id -u; grep CapEff /proc/self/status'",
  "a child's end": "sh -c 'exit 9'; echo $?",
  "a signal's end": "sh -c 'kill -TERM $$'; echo $?"
} as const

/** Options of `run`, by what they make of a container. */
const kinds = {
  "with limits": [
    ..."--hostname probed --domainname example.test -w /work -e A=b -e C= --umask 027".split(" "),
    ..."-m 64m --cpus 0.5 --cpu-shares 300 --pids-limit 77 --memory-swappiness 10".split(" "),
    ..."--ulimit nofile=1000:2000 --ulimit core=0 --oom-score-adj 10 --shm-size 8m".split(" "),
    ..."--cap-drop MKNOD --cap-add SYS_NICE --security-opt no-new-privileges".split(" "),
    ..."--tmpfs /scratch:size=1m,mode=700 --device /dev/zero:/dev/given:r".split(" "),
    "--device-cgroup-rule",
    "c 10:* r",
    ..."--sysctl net.ipv4.ip_unprivileged_port_start=70 --add-host other:10.1.2.3 --dns 10.9.9.9".split(" ")
  ],
  "of an ordinary user in a root that is read only, behind a first process":
    "--hostname few --user app --group-add 3000 --read-only --init --network none --ipc host --tmpfs /scratch".split(
      " "
    ),
  "with a terminal and the host's namespaces, without masks and filter": [
    ..."-t --pid host --uts host --cgroupns host --tmpfs /scratch".split(" "),
    ..."--security-opt seccomp=unconfined --security-opt systempaths=unconfined".split(" ")
  ]
} as const

const script = Object.entries(looks)
  .map(([name, look]) => `echo "@@ ${name}"; ( ${look} ) 2>&1`)
  .join("\n")

/** What each look saw, by its name. */
type Seen = { readonly [name: string]: string }

const seen = (output: string): Seen =>
  Object.fromEntries(
    output
      .replaceAll("\r", "")
      .split(/^@@ /m)
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1)])
  )

/** What is left out of a look, because the runtime does it by itself and a config cannot say otherwise. */
interface Nature {
  readonly why: string
  readonly looks: ReadonlyArray<keyof typeof looks>
  readonly out: RegExp
}

const natures: { readonly [runtime: string]: ReadonlyArray<Nature> } = {
  every: [
    {
      why: "a runtime puts a container into the trees that limit nothing, too",
      looks: ["control groups seen"],
      out: /^(name=[a-z]+)?:.*\n/gm
    }
  ],
  crun: [
    {
      why: "what it binds by itself has no options but `ro`; its masks are the host's /dev/null",
      looks: ["every mount and its options"],
      out: /(?<=^\/(?:proc\/|dev\/console )\S+ ).*$/gm
    },
    {
      why: "it gives the directory of the control groups' trees a size, and no mode",
      looks: ["every mount and its options"],
      out: /(?<=^\/sys\/fs\/cgroup tmpfs .*,)(mode|size)=.*$/gm
    },
    {
      why: "it links /dev/core to the kernel's memory also where the kernel has none",
      looks: ["names in /dev", "links in /dev"],
      out: /^(core|\/proc\/kcore)\n/gm
    },
    {
      why: "it gives the standard streams to the container's user, also when one of them is the container's /dev/null",
      looks: ["nodes in /dev"],
      out: /(?<=^\/dev\/null .* 1 3 ).*$/gm
    }
  ]
}

const apartFrom = (left: ReadonlyArray<Nature>, all: Seen): Seen =>
  Object.fromEntries(
    Object.entries(all).map(([name, output]) => [
      name,
      left
        .filter((nature) => nature.looks.some((each) => each === name))
        .reduce((rest, { out }) => rest.replaceAll(out, ""), output)
    ])
  )

describe("what a container sees of itself", () => {
  const gantry = useGantry()

  const observe = async (runtime: string, ...options: ReadonlyArray<string>) => {
    const data = join(gantry.scratch, "data")
    for (const each of ["kept", `given-${runtime}`]) mkdirSync(join(data, each), { recursive: true })
    writeFileSync(join(data, "kept/file"), "content\n")
    chmodSync(join(data, `given-${runtime}`), 0o777)
    const volumes = ["kept:/data:ro", `given-${runtime}:/given`, "kept/file:/single:ro"]
    const given = [...volumes.flatMap((each) => ["-v", `${data}/${each}`]), ...options]
    return seen(await gantry.ok("run", "--rm", "--runtime", runtime, ...given, "base", "sh", "-c", script))
  }

  const observeJoined = async (runtime: string) => {
    const options = ["--name", runtime, "--hostname", "joined", "--init", "--tmpfs", "/scratch:mode=1777"]
    await gantry.ok("run", "-d", "--runtime", runtime, ...options, "base", "sleep", "600")
    const output = await gantry.ok("exec", "-u", "app", "-w", "/home", "-e", "B=2", runtime, "sh", "-c", script)
    await gantry.ok("rm", "-f", runtime)
    return seen(output)
  }

  const observeAll = async (runtime: string) => {
    const all: { [kind: string]: Seen } = {}
    // One after the other: the machine is small.
    // oxlint-disable-next-line no-await-in-loop
    for (const [kind, options] of Object.entries(kinds)) all[kind] = await observe(runtime, ...options)
    all["of a further process"] = await observeJoined(runtime)
    return all
  }

  let own: { readonly [kind: string]: Seen } = {}

  beforeAll(async () => {
    own = await observeAll("namespace")
  })

  it("is looked at in more than sixty ways, which see more than that a program is missing", () => {
    const containers = Object.values(own)
    for (const each of containers) {
      expect(Object.keys(each)).toEqual(Object.keys(looks))
      expect(Object.entries(each).filter(([, output]) => /applet|not found|syntax error/.test(output))).toEqual([])
    }
    expect(Object.keys(looks).length).toBeGreaterThanOrEqual(60)
    // Looks that see the same whatever is asked for would prove nothing.
    const telling = Object.keys(looks).filter((name) => new Set(containers.map((each) => each[name])).size > 1)
    expect(telling.length).toBeGreaterThanOrEqual(40)
  })

  it.each(programs)("is the same when %s makes it", async (runtime) => {
    const known = [...(natures["every"] ?? []), ...(natures[runtime] ?? [])]
    const without = (all: { readonly [kind: string]: Seen }) =>
      Object.fromEntries(Object.entries(all).map(([kind, each]) => [kind, apartFrom(known, each)]))
    expect(without(await observeAll(runtime))).toEqual(without(own))
  })
})
