import { asLine, other, type Scene } from "../Line.ts"

/** Networks and volumes. */
export const networksAndVolumes: Scene = {
  name: "networks and volumes",
  lines: [
    "docker network create --label gx gxn",
    "docker network create gxn",
    "docker network create bridge",
    other("docker network rm bridge", {
      why: "docker 28 prints the status of a process that there is not",
      stderr: "Error response from daemon: bridge is a pre-defined network and cannot be removed\n"
    }),
    "docker network ls --filter label=gx",
    "docker network ls --filter name=gxn --format '{{.Name}} {{.Driver}} {{.Scope}}'",
    "docker network ls -q --filter label=gx",
    "docker network inspect -f '{{.Name}} {{.Driver}} {{.Internal}} {{.Labels}}' gxn",
    "docker run --rm --network gxn gx/base sh -c 'ip -4 -o addr show eth0 | grep -c inet'",
    "docker run -d --label gx --name gx3 --network gxn gx/base sleep 1000",
    "docker run --rm --network-alias x gx/base true",
    "docker inspect -f '{{range $name, $net := .NetworkSettings.Networks}}{{$name}}{{end}}' gx3",
    "docker network rm gxn >/dev/null 2>&1; echo $?",
    "docker rm -f gx3",
    "docker network rm gxn",
    "docker volume create --label gx gxv",
    "docker volume create gxv",
    "docker volume ls --filter label=gx",
    "docker volume ls -q --filter name=gxv",
    "docker volume ls --filter label=gx --format '{{.Name}} {{.Driver}}'",
    "docker volume inspect -f '{{.Name}} {{.Driver}} {{.Scope}}' gxv",
    "docker run --rm -v gxv:/v gx/base sh -c 'echo kept > /v/f'",
    "docker run --rm --mount type=volume,src=gxv,dst=/v,readonly gx/base cat /v/f",
    "docker run --rm --mount source=gxv,target=/v gx/base cat /v/f",
    "docker create --label gx --name gx4 -v gxv:/v gx/base",
    "docker volume rm gxv",
    "docker ps -a --filter volume=gxv --format '{{.Names}}'",
    "docker inspect -f '{{range .Mounts}}{{.Type}} {{.Name}} {{.Destination}} {{.RW}}{{end}}' gx4",
    "docker rm -v gx4",
    "docker volume rm gxv",
    "docker volume prune -f --filter label=gx | tail -1"
  ].map(asLine)
}

/** Images and what is said of the program. */
export const imagesAndSystem: Scene = {
  name: "images and the system",
  lines: [
    "docker images gx/base",
    "docker image ls gx/base --format '{{.Repository}}:{{.Tag}}'",
    "docker images -q gx/base",
    "docker images --no-trunc -q gx/base",
    "docker images --filter reference='gx/*' --format '{{.Repository}}'",
    "docker images gx/nothing",
    "docker tag gx/base gx/second:1",
    "docker tag gx/base gx/B",
    "docker image inspect -f '{{.Os}} {{.Architecture}} {{json .Config.Cmd}}' gx/second:1",
    "docker inspect --type image -f '{{json .RepoTags}}' gx/base",
    "docker inspect --type image --format '{{.Id}}' gx/base",
    "docker inspect -f '{{.Config.Nope}}' gx/base",
    "docker rmi gx/second:1",
    "docker rmi gx/second:1",
    "docker history -q gx/base | wc -l",
    "docker version --format '{{.Server.Os}} {{.Client.Arch}}'",
    "docker version --format '{{.Server.APIVersion}}' | grep -c '^1\\.[0-9]*$'",
    "docker version --format '{{json .}}' | grep -c '\"ApiVersion\"'",
    "docker version --format '{{.Nope}}' >/dev/null 2>&1; echo $?",
    "docker info --format '{{.OSType}} {{.Swarm.LocalNodeState}} '",
    "docker info --format '{{json .SecurityOptions}}' | grep -c seccomp",
    "docker system info --format '{{.Architecture}} {{.MemTotal}} {{.NCPU}} {{.CgroupVersion}}' | grep -c '^[a-z0-9_]* [1-9][0-9]* [1-9][0-9]* [12]$'",
    "docker -v | grep -c '^Docker version [0-9]'",
    "docker --version | grep -c '^Docker version [0-9]'",
    other("docker system df --format '{{.Type}}'", {
      why: "the first four rows are docker's; the others are what else lies below the root, so that the sum is true",
      stdout: "Images\nContainers\nLocal Volumes\nBuild Cache\nPartial Downloads\nIn Progress\nRecords\nStrays\n"
    })
  ].map(asLine)
}
