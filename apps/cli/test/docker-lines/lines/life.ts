import { asLine, other, type Scene } from "../Line.ts"

const kept = "--label gx"

/** What is seen of a process in a container, and how it ends. */
export const running: Scene = {
  name: "run in the foreground",
  lines: [
    "docker run --rm gx/base true",
    "docker run --rm gx/base sh -c 'echo out; echo err >&2; exit 7'",
    "docker run --rm gx/base sh -c 'kill -9 $$'",
    "echo hello | docker run --rm -i gx/base cat",
    "docker run --rm -t gx/base sh -c 'echo out; echo err >&2'",
    "docker run --rm -e A=1 -e B gx/base sh -c 'echo $A-$B'",
    "B=2 docker run --rm -e B gx/base sh -c 'echo $B'",
    "printf '# no\\nA=1\\nQ=\"q\"\\n' > env && docker run --rm --env-file env gx/base sh -c 'echo $A$Q'",
    "docker run --rm -w /made/here gx/base pwd",
    "docker run --rm -u app gx/base id",
    "docker run --rm -u 1234:99 gx/base id",
    "docker run --rm -u app --group-add 77 gx/base id -G",
    "docker run --rm -h boxy gx/base hostname",
    "docker run --rm --domainname example.test -h boxy gx/base cat /proc/sys/kernel/domainname",
    "docker run --rm --entrypoint echo gx/base hi",
    "docker run --rm --entrypoint '' gx/base echo cleared",
    "docker run --rm --network none gx/base cat /sys/class/net/lo/operstate",
    "docker run --rm --read-only gx/base touch /x",
    "docker run --rm --tmpfs /t:size=1m gx/base sh -c 'echo x > /t/x; cat /t/x'",
    "docker run --rm --shm-size 8m gx/base sh -c \"df -k /dev/shm | tail -1 | awk '{print \\$2}'\"",
    "docker run --rm --ulimit nofile=64:128 gx/base sh -c 'ulimit -n; ulimit -Hn'",
    "docker run --rm --cap-drop ALL gx/base grep CapEff /proc/self/status",
    "docker run --rm --cap-drop all --cap-add net_admin gx/base grep CapEff /proc/self/status",
    "docker run --rm --security-opt no-new-privileges gx/base grep NoNewPrivs /proc/self/status",
    "docker run --rm --add-host db:10.1.2.3 gx/base grep -w db /etc/hosts",
    other(
      "docker run --rm --dns 192.0.2.53 --dns-search example.test --dns-option ndots:2 gx/base cat /etc/resolv.conf",
      {
        why: "the order of these lines has no meaning, and daemons since version 25 write them so",
        stdout: "nameserver 192.0.2.53\nsearch example.test\noptions ndots:2\n"
      }
    ),
    "docker run --rm --sysctl net.ipv4.ip_forward=1 gx/base cat /proc/sys/net/ipv4/ip_forward",
    "docker run --rm --device /dev/zero:/dev/nought gx/base sh -c 'head -c 2 /dev/nought | wc -c'",
    "docker run --rm --oom-score-adj 500 gx/base cat /proc/self/oom_score_adj",
    "docker run --rm --pid host gx/base sh -c 'test $$ -gt 1 && echo host'",
    "docker run --rm --uts host gx/base sh -c 'test $(hostname) = '$(hostname)' && echo host'",
    "docker run --rm --cpu-shares 512 --memory-reservation 16m --pids-limit 50 gx/base echo limited",
    "docker run --rm --init gx/base sh -c 'echo $$ | grep -c 1'",
    "docker run --rm gx/base sh -c 'mount -t tmpfs none /tmp || echo refused' 2>/dev/null",
    "docker run --rm --sig-proxy=false -a STDOUT -a STDERR gx/base sh -c 'echo out; echo err >&2'",
    "docker run --rm -a stderr gx/base sh -c 'echo out; echo err >&2'",
    "docker run --rm --ipc host gx/base sh -c 'grep -c /dev/shm /proc/mounts >/dev/null && echo mounted'",
    "docker run --rm --cpu-period 50000 --cpu-quota 10000 gx/base echo limited",
    "docker run --rm --cpuset-mems 0 gx/base echo limited",
    "docker run --rm --memory-reservation 4m gx/base true",
    "docker run --rm --cpu-quota 10 gx/base true",
    "docker run --rm --cpu-period 10 gx/base true",
    "docker run --rm -m 8m --memory-reservation 16m gx/base true",
    "docker run --rm --uts host -h x gx/base true",
    "docker run --rm --oom-score-adj 5000 gx/base true",
    "docker run --rm --cpuset-mems 63 gx/base true",
    "docker run --rm --health-start-period 1ns gx/base true",
    "docker run --rm --cpus 1 --cpu-quota 10000 gx/base true",
    "mkdir -p m && echo file > m/f && docker run --rm -v ./m:/m:ro gx/base cat /m/f",
    "docker run --rm --mount type=bind,source=$PWD/m,target=/m,readonly gx/base touch /m/g",
    "docker run --rm --cidfile cid gx/base true; wc -c < cid"
  ].map(asLine)
}

/** From create to rm. */
export const lifecycle: Scene = {
  name: "the life of a container",
  lines: [
    `docker create ${kept} --name gx1 --label a=b --env X=1 -w /tmp --stop-timeout 0 gx/base sh -c 'echo one; echo two >&2; sleep 1000'`,
    "docker create --name gx1 gx/base",
    "docker ps --filter label=gx --format '{{.Names}}'",
    "docker ps -a --filter label=gx",
    "docker ps -a --filter label=gx --format '{{.Names}} {{.Image}} {{.Command}} {{.State}} {{.Status}} {{.Labels}}'",
    "docker inspect -f '{{.State.Status}} {{.State.Running}} {{.Config.WorkingDir}} {{.Config.Labels.a}} {{.Name}}' gx1",
    "docker start gx1",
    "docker start gx1",
    "docker ps -q --filter label=gx",
    "docker ps -q -a --no-trunc --filter label=gx --filter name=gx1",
    "docker ps --filter label=gx --filter status=exited -q",
    "docker ps --filter label=gx --filter label=a=b --filter status=running --format '{{.Names}} {{.Label \"a\"}}'",
    "docker ps --filter label=gx --format 'table {{.Names}}\\t{{.Image}}'",
    "docker ps --filter label=gx --format '{{json .Names}}'",
    "docker ps --filter label=gx --format '{{upper .Names}} {{.ID | len}}'",
    "docker ps --filter ancestor=gx/base --filter label=gx --format '{{.Names}}'",
    "docker ps --format '{{.Nope}}' --filter label=gx",
    "docker ps -n 0 --filter label=gx --format '{{.Names}}'",
    "docker container ls --filter label=gx --format '{{.Names}}'",
    "docker container list -a --filter label=gx --format '{{.Names}}'",
    "docker inspect --type container -f '{{json .Config.Cmd}} {{json .Config.Env}}' gx1 | grep -c X=1",
    "docker inspect -f '{{.State.Running}}' gx1",
    "docker inspect -f '{{range .Config.Cmd}}{{println .}}{{end}}' gx1",
    "docker inspect -f '{{.Nope}}' gx1",
    other(
      "docker inspect -f '{{index .Config.Labels \"gx\"}}|{{.HostConfig.NetworkMode}}|{{.HostConfig.RestartPolicy.Name}}' gx1",
      { why: "daemons since version 26 say which network is the default", stdout: "|bridge|no\n" }
    ),
    other("docker inspect --type image gx1", {
      why: "the name stands there once; the sentence that scripts look for is the same",
      stderr: "Error response from daemon: No such image: gx1:latest\n"
    }),
    "docker exec gx1 echo hi",
    "docker exec -i -u app gx1 id -un",
    "docker exec -e Y=2 gx1 sh -c 'echo $X$Y; pwd'",
    "docker exec -w /etc gx1 pwd",
    "docker exec gx1 sh -c 'exit 3'",
    "echo in | docker exec -i gx1 cat",
    "docker exec -d gx1 true",
    "docker exec -it gx1 sh </dev/null",
    other("docker exec gx1 nope", {
      why: "daemons since version 23 end with 127, and what failed goes to standard error, where it spoils no output",
      status: 127,
      stdout: "",
      stderr:
        'OCI runtime exec failed: exec failed: unable to start container process: exec: "nope": executable file not found in $PATH: unknown\n'
    }),
    other("docker exec gx1 /etc", {
      why: "runtimes since runc 1.2 say so, and what failed goes to standard error, where it spoils no output",
      stdout: "",
      stderr:
        'OCI runtime exec failed: exec failed: unable to start container process: exec: "/etc": is a directory: unknown\n'
    }),
    other("docker exec -u nobody1 gx1 true", {
      why: "what failed goes to standard error, where it spoils no output",
      stdout: "",
      stderr: "unable to find user nobody1: no matching entries in passwd file\n"
    }),
    other("docker exec -w /nope gx1 pwd", {
      why: "what failed goes to standard error, where it spoils no output",
      stdout: "",
      stderr:
        'OCI runtime exec failed: exec failed: unable to start container process: chdir to cwd ("/nope") set in config.json failed: no such file or directory: unknown\n'
    }),
    "docker logs gx1",
    "docker logs --tail 0 gx1",
    "docker logs gx1 2>/dev/null",
    "docker port gx1",
    "docker port gx1 80",
    "docker rm gx1",
    "docker rename gx1 gx2",
    "docker rename gx2 gx2",
    "docker pause gx2",
    "docker pause gx2",
    "docker exec gx2 ls",
    "docker ps --filter label=gx --filter status=paused --format '{{.Names}} {{.Status}}'",
    "docker unpause gx2",
    "docker unpause gx2",
    "docker update --pids-limit 100 gx2",
    "docker update --memory 1k gx2",
    "docker kill -s FOO gx2",
    "docker restart -t 0 gx2",
    "docker kill gx2",
    "docker wait gx2",
    "docker kill gx2",
    "docker exec gx2 ls",
    "docker pause gx2",
    "docker top gx2",
    "docker stop gx2",
    "docker ps -a --filter label=gx --filter exited=137 --format '{{.Names}} {{.State}} {{.Status}}'",
    "docker inspect -f '{{.State.ExitCode}} {{.State.Status}} {{.RestartCount}}' gx2",
    "docker rmi gx/base",
    "docker container rm gx2 gx9",
    "docker ps -a --filter label=gx -q",
    "docker container prune -f --filter label=gx"
  ].map(asLine)
}
