import { asLine, other, type Scene } from "../Line.ts"

/** Arguments that no command takes. */
export const argumentsRefused: Scene = {
  name: "arguments that are refused",
  lines: [
    "docker run",
    "docker runn",
    "docker image foo",
    "docker rm",
    "docker container rm",
    "docker stop",
    "docker rename a",
    "docker tag a",
    "docker port",
    "docker exec x",
    "docker history",
    other("docker logs a b", {
      why: "logs of several containers are shown one line after the other, with their names",
      stderr: "Error response from daemon: No such container: a\n"
    }),
    "docker ps x",
    "docker container ls x",
    "docker system df x",
    other("docker image ls a b", {
      why: "docker 28 has a typing error in this sentence",
      stderr:
        "docker: 'docker image ls' requires at most 1 argument\n\nUsage:  docker image ls [OPTIONS] [REPOSITORY[:TAG]]\n\nRun 'docker image ls --help' for more information\n"
    }),
    other("docker volume create a b", {
      why: "docker 28 has a typing error in this sentence",
      stderr:
        "docker: 'docker volume create' requires at most 1 argument\n\nUsage:  docker volume create [OPTIONS] [VOLUME]\n\nRun 'docker volume create --help' for more information\n"
    }),
    "docker network create",
    "docker run --nope x",
    "docker ps --nope",
    "docker run -zq gx/base",
    "docker run --memory",
    "docker run -e =x gx/base",
    "docker run -e '' gx/base",
    "docker run --label = gx/base",
    "docker run --memory x gx/base",
    "docker run --cpus x gx/base",
    "docker run --shm-size x gx/base",
    "docker run --add-host x gx/base",
    "docker run --dns x gx/base",
    "docker run --ulimit x gx/base",
    "docker run --ulimit nofile=3:1 gx/base",
    "docker run --mount foo=bar gx/base",
    "docker run --mount type=bind,src=/tmp gx/base",
    "docker run -a foo gx/base",
    "docker run --init=maybe gx/base",
    "docker run --pids-limit x gx/base",
    "docker ps -n x",
    "docker ps -f foo",
    "docker run -p x gx/base",
    "docker run -p 70000:80 gx/base",
    "docker run -p host:80:80 gx/base",
    "docker run -p 80: gx/base",
    "docker run -p 80:80/foo gx/base",
    "docker run -p 8000-8002:9000-9001 gx/base",
    other("docker run --restart foo gx/base", {
      why: "daemons since version 25 say which policies there are",
      stderr:
        "docker: Error response from daemon: invalid restart policy: unknown policy 'foo'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'\n\nRun 'docker run --help' for more information\n"
    }),
    "docker run --restart on-failure:x gx/base",
    "docker run --rm --restart always gx/base",
    "docker run --pull sometimes gx/base",
    "docker run --device x gx/base",
    "docker run --security-opt foo gx/base",
    "docker run --security-opt seccomp=/nope gx/base",
    "docker run --env-file /nope gx/base",
    "docker run --label-file /nope gx/base",
    "docker run --health-cmd x --no-healthcheck gx/base",
    "docker run --health-interval 1ns gx/base",
    "docker run --health-retries -1 gx/base",
    "docker run --cidfile /etc/passwd gx/base",
    "docker run --platform foo/bar/z/f gx/base",
    "docker run --pid foo gx/base",
    "docker run --uts foo gx/base",
    "docker run --cgroupns foo gx/base",
    "docker run --userns foo gx/base",
    "docker run -d --attach stdout gx/base",
    "docker run -it gx/base </dev/null",
    "docker run --name '!' gx/base",
    "docker create --name gx/x gx/base",
    "docker run --memory 1 gx/base",
    "docker run --cpus 1000 gx/base",
    "docker run --memory-swap 1m --memory 10m gx/base",
    other("docker run --cpu-shares -1 gx/base", {
      why: "docker passes on what its runtime says, which names no value",
      stderr:
        "docker: Error response from daemon: invalid CPU shares -1: less than 0\n\nRun 'docker run --help' for more information\n"
    }),
    "docker run --cpuset-cpus 9999 gx/base",
    "docker run --oom-score-adj 5000 gx/base",
    "docker run --stop-signal FOO gx/base",
    "docker run --cap-add foo gx/base",
    "docker run --workdir x gx/base",
    "docker run --tmpfs x gx/base",
    "docker run --ipc foo gx/base",
    "docker run UPPER",
    "docker run -v /a:/b:/c:ro gx/base",
    "docker run -v /tmp:rel gx/base"
  ].map(asLine)
}

/** Things that are not there. */
export const missing: Scene = {
  name: "things that are not there",
  lines: [
    "docker rm nope",
    "docker rm -f nope",
    "docker stop nope",
    "docker start nope",
    "docker restart nope",
    "docker kill nope",
    "docker pause nope",
    "docker unpause nope",
    "docker wait nope",
    "docker logs nope",
    "docker exec nope ls",
    "docker top nope",
    "docker port nope",
    "docker diff nope",
    "docker rename nope xy",
    "docker commit nope",
    "docker attach nope",
    "docker inspect nope",
    "docker inspect -f '{{.Id}}' nope",
    other("docker inspect --type foo gx/base", {
      why: "names the types that there are",
      stderr: 'unknown type: "foo": must be one of "container", "image", "network", "volume"\n'
    }),
    "docker container inspect nope",
    "docker rmi nope",
    "docker image rm -f nope",
    "docker tag nope x",
    "docker history nope",
    other("docker network rm nope", {
      why: "docker 28 prints the status of a process that there is not",
      stderr: "Error response from daemon: network nope not found\n"
    }),
    "docker network inspect nope",
    "docker volume rm nope",
    "docker volume rm -f nope",
    "docker volume inspect nope",
    "docker run --network nope gx/base",
    other("docker ps --filter foo=bar", {
      why: "daemons since version 24 begin this sentence with a small letter",
      stderr: "Error response from daemon: invalid filter 'foo'\n"
    }),
    other("docker ps --filter status=x", {
      why: "daemons since version 24 begin this sentence with a small letter",
      stderr: "Error response from daemon: invalid filter 'status=x'\n"
    }),
    other("docker images --filter foo=x", {
      why: "daemons since version 24 begin this sentence with a small letter",
      stderr: "Error response from daemon: invalid filter 'foo'\n"
    }),
    other("docker volume ls --filter foo=x", {
      why: "daemons since version 24 begin this sentence with a small letter",
      stderr: "Error response from daemon: invalid filter 'foo'\n"
    }),
    other("docker network ls --filter foo=x", {
      why: "daemons since version 24 begin this sentence with a small letter",
      stderr: "Error response from daemon: invalid filter 'foo'\n"
    }),
    "docker run --rm gx/base nope",
    "docker run --rm gx/base /nope",
    other("docker run --rm gx/base /etc", {
      why: "runtimes since runc 1.2 say so",
      stderr:
        "docker: Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"/etc\": is a directory: unknown\n\nRun 'docker run --help' for more information\n"
    }),
    "docker run --rm -u nobody1 gx/base true",
    "docker run --rm --group-add nope1 gx/base true",
    "docker run --rm --mount type=bind,src=/nope1,dst=/x gx/base",
    "docker run --rm -v /tmp:/b:zz gx/base"
  ].map(asLine)
}
