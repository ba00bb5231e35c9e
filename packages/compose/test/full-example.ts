/** A Compose file with every attribute that gantry has, in short and in long forms. */
export const fullExample = `
name: full
x-note: {kept: out of the services}
services:
  web:
    image: registry.example/web:1
    build:
      context: ./web
      dockerfile: Dockerfile.web
      args: [A=1, "B=2"]
      target: run
      labels: {a: b}
      cache_from: ["type=local,src=/cache"]
      cache_to: ["type=local,dest=/cache"]
      tags: [web:2]
      platforms: [linux/amd64]
      additional_contexts: [lib=./lib, "base=docker-image://debian"]
      extra_hosts: ["a:10.0.0.1"]
      network: host
      no_cache: true
      pull: true
      secrets: [token]
      ssh: [default, key=./id]
      shm_size: 64m
      ulimits: {nofile: 10}
    pull_policy: if_not_present
    platform: linux/amd64
    command: run --name 'a b' "c\\"d"
    entrypoint: ["/bin/entry", "-x"]
    container_name: the-web
    attach: false
    env_file: vars.env
    environment: {OWN: "$$1", FROM_CALLER: , NOBODY: , NUMBER: 1, YES: true}
    post_start: [{command: [a, "$$b"], environment: {C: d, NOBODY: }, privileged: true, user: u, working_dir: /w}]
    pre_stop: [{command: bye}]
    develop: {watch: [{path: ., action: sync+exec, target: /app, ignore: [a], include: [b], initial_sync: true, exec: {command: [c]}}]}
    labels: ["one=1", two]
    annotations: {note: text}
    ports: ["127.0.0.1:8000-8001:80-81/udp", "443", "[::1]:9000:90", 7000-7010:70, {target: 60, published: 6000, mode: host}]
    expose: [3000, "4000/udp"]
    volumes:
      - ./here:/here:ro,z
      - data:/data
      - /anonymous
      - {type: bind, source: ../up, target: /up/, bind: {propagation: rslave, create_host_path: false}}
      - {type: volume, source: data, target: /part, volume: {nocopy: true, subpath: part}}
      - {type: tmpfs, target: /tmp, tmpfs: {size: 10m, mode: 0700}}
      - {type: image, source: alpine, target: /alpine, read_only: true}
    tmpfs: /run:size=64m
    volumes_from: ["db:ro", "container:other"]
    secrets: [token, {source: key, target: /etc/key, uid: "10", gid: "20", mode: 0440}]
    configs: [{source: conf, target: /etc/conf, mode: "0600"}]
    networks:
      front: {aliases: [www], ipv4_address: 10.5.0.9, mac_address: "02:42:ac:11:00:02"}
      back: {priority: 10}
    depends_on:
      db: {condition: service_healthy, restart: true}
      extra: {condition: service_started, required: false}
    links: ["db:database", helper]
    healthcheck: {test: "curl -f localhost", interval: 90s, timeout: 500ms, retries: 5, start_period: 1h, start_interval: 1.5s}
    restart: on-failure:3
    hostname: www
    domainname: example.org
    user: "1000:1000"
    group_add: [100, audio]
    working_dir: /srv
    tty: true
    stdin_open: true
    init: true
    privileged: true
    read_only: true
    cap_add: [NET_ADMIN]
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    devices: ["/dev/null:/dev/zero:r", {source: /dev/full, target: /dev/f, permissions: rw}]
    device_cgroup_rules: ["c 1:3 mr"]
    dns: 10.0.0.53
    dns_opt: [ndots:2]
    dns_search: [example.org]
    extra_hosts: {there: 10.0.0.7, "six": "[::1]", gate: host-gateway}
    sysctls: {net.core.somaxconn: 1024}
    ulimits: {nproc: 65535, nofile: {soft: 20000, hard: 40000}}
    logging: {driver: json-file, options: {max-size: 10m, max-file: 3}}
    runtime: crun
    stop_signal: SIGUSR1
    stop_grace_period: 1m30s
    cgroup_parent: /slice
    cgroup: private
    userns_mode: host
    uts: host
    pid: host
    ipc: shareable
    storage_opt: {size: 1G}
    cpus: "1.5"
    cpu_shares: 512
    cpu_period: 100000
    cpu_quota: 50000
    cpuset: 0-1
    mem_limit: 128m
    mem_reservation: 64m
    memswap_limit: -1
    mem_swappiness: 10
    pids_limit: 100
    oom_kill_disable: true
    oom_score_adj: -500
    shm_size: 32m
    blkio_config:
      weight: 300
      weight_device: [{path: /dev/sda, weight: 400}]
      device_read_bps: [{path: /dev/sda, rate: 12mb}]
    x-own: {deep: [1, two, true, null]}
  db:
    image: postgres
    healthcheck: {test: [CMD, pg_isready]}
    deploy: {replicas: 2, resources: {limits: {cpus: 0.5, memory: 50M, pids: 10}, reservations: {memory: 20M}}, restart_policy: {condition: any}}
    networks: {front: }
  helper:
    image: helper
    scale: 3
    command: []
    network_mode: none
  side:
    image: side
    network_mode: service:db
  extra:
    image: extra
    profiles: [extras]
networks:
  front:
    driver: bridge
    driver_opts: {mtu: 1400}
    ipam: {config: [{subnet: 10.5.0.0/16, ip_range: 10.5.1.0/24, gateway: 10.5.0.1}]}
    labels: [a=b]
    enable_ipv6: false
  back: {internal: true, attachable: true}
  outside: {external: true, name: real}
volumes:
  data: {driver: local, driver_opts: {type: tmpfs}, labels: {c: d}}
  old: {external: true}
secrets:
  token: {environment: TOKEN}
  key: {file: ./key.txt}
configs:
  conf: {content: "line\\nwith $$ and yes\\n"}
`
