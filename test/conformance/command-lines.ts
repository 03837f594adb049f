import type { TestServerOptions } from '../../src/testing/index.ts'

/** A command line that kubectl and podwire are given alike. */
export interface CommandLineCase {
  /** Behind the program's name, as a shell takes it. */
  readonly line: string
  readonly stdin?: string
  /** kubectl prints the logs of several containers in any order, and podwire in that of the pods. */
  readonly anyOrder?: true
  /** Why the two differ, where they do; a difference without a reason fails, and so does a reason without one. */
  readonly why?: string
}

export const serverOptions: TestServerOptions = {
  token: 'table-token',
  pods: [
    {
      name: 'web-0',
      labels: { app: 'web' },
      containers: [{ name: 'app', logs: 'one\ntwo\nthree\n', restarts: 1, previousLogs: 'old\n' }],
    },
    {
      name: 'web-1',
      labels: { app: 'web' },
      ready: false,
      containers: [{ name: 'app', logs: 'x\n' }],
    },
    {
      name: 'two',
      containers: [
        { name: 'a', logs: 'first\n' },
        { name: 'b', logs: 'second\n' },
      ],
      initContainers: [{ name: 'setup', logs: 'done\n' }],
    },
    {
      name: 'annotated',
      annotations: { 'kubectl.kubernetes.io/default-container': 'b' },
      containers: [{ name: 'a' }, { name: 'b', logs: 'second\n' }],
    },
    { name: 'batch', phase: 'Succeeded', containers: [{ name: 'job', logs: 'did it\n' }] },
    { name: 'db', namespace: 'shop', containers: [{ name: 'sql' }] },
  ],
  workloads: [
    { kind: 'Deployment', name: 'web', matchLabels: { app: 'web' } },
    { kind: 'Service', name: 'web', matchLabels: { app: 'web' } },
  ],
}

const hints = 'podwire ends a refusal with what to do about it, where that is known.'
const refused = 'kubectl logs its five tries as well.'
const asked = 'podwire looks at what is written only; kubectl asks the server what kinds there are.'

export const commandLines: readonly CommandLineCase[] = [
  // exec
  { line: 'exec web-0 -- true' },
  { line: 'exec pod/web-0 -- echo hi' },
  { line: "exec web-0 -- sh -c 'echo out; echo err >&2; exit 3'" },
  { line: "exec web-0 -- sh -c 'kill -9 $$'" },
  { line: 'exec web-0 -c app -- echo hi' },
  { line: 'exec -n shop db -- echo hi' },
  { line: 'exec -nshop db -- echo hi' },
  { line: 'exec db --namespace=shop -- echo hi' },
  { line: 'exec -i web-0 -- cat', stdin: 'typed\n' },
  { line: 'exec --stdin=false web-0 -- cat', stdin: 'typed\n' },
  { line: 'exec -it web-0 -- cat', stdin: 'typed\n' },
  { line: 'exec -itq web-0 -- cat', stdin: 'typed\n' },
  { line: 'exec -t web-0 -- echo hi' },
  { line: 'exec deploy/web -- echo hi' },
  { line: 'exec svc/web -- echo hi' },
  { line: 'exec two -- echo hi' },
  { line: 'exec -q two -- echo hi' },
  { line: 'exec two -c setup -- echo hi' },
  { line: 'exec two -c zzz -- echo hi' },
  { line: 'exec annotated -- echo hi' },
  { line: 'exec batch -- true' },
  { line: 'exec zzz -- true' },
  { line: 'exec deploy/zzz -- true' },
  { line: 'exec node/x -- true', why: asked },
  { line: 'exec a/b/c -- true', why: asked },
  {
    line: 'exec web-0 -- no-such-command',
    why: 'The server says it twice over the protocol that kubectl uses (v5), and once over that of podwire (v4).',
  },
  { line: 'exec web-0 ls' },
  { line: 'exec web-0 ls -la' },
  { line: 'exec web-0' },
  { line: 'exec', why: 'podwire takes no manifests (--filename).' },
  { line: 'exec web-0 --' },
  { line: 'exec --stdin=maybe web-0 -- true' },
  { line: 'exec web-0 -n' },
  { line: 'exec --no-such-flag web-0 -- true' },
  { line: 'exec -x web-0 -- true' },
  // attach
  { line: 'attach batch' },
  { line: 'attach' },
  { line: 'attach a b c' },
  { line: 'attach pod zzz' },
  // logs
  { line: 'logs web-0' },
  { line: 'logs web-0 --tail=1' },
  { line: 'logs web-0 --limit-bytes=5' },
  { line: 'logs web-0 -p' },
  { line: 'logs two' },
  { line: 'logs two -c b' },
  { line: 'logs two b' },
  { line: 'logs two --all-containers --prefix', anyOrder: true },
  { line: 'logs -l app=web --tail=1 --prefix', anyOrder: true },
  { line: 'logs -l app=none' },
  { line: 'logs deploy/web' },
  { line: 'logs batch' },
  { line: 'logs annotated' },
  { line: 'logs zzz', why: 'kubectl words this one refusal differently from all others.' },
  { line: 'logs two -c zzz' },
  { line: 'logs' },
  { line: 'logs web-0 -l app=web' },
  { line: 'logs web-0 --tail=x' },
  { line: 'logs web-0 --tail=-2' },
  { line: 'logs web-0 --since=1m --since-time=2026-01-01T00:00:00Z' },
  // get
  { line: 'get pods' },
  { line: 'get po -o wide' },
  { line: 'get pods -A' },
  { line: 'get pods -l app=web --no-headers' },
  { line: 'get pods -o name' },
  { line: 'get pods web-0 two' },
  { line: 'get pod/web-0' },
  { line: 'get pod web-0 -o json' },
  { line: 'get pods -l app=web -o json' },
  { line: 'get pods -n none' },
  { line: 'get pods -A -l app=none' },
  { line: 'get pod zzz' },
  { line: 'get pods web-0 zzz two yyy' },
  { line: 'get pods zzz web-0 -o name' },
  { line: 'get pods zzz web-0 -o json' },
  { line: 'get pods zzz yyy' },
  { line: 'get pods zzz yyy -o json' },
  { line: 'get pod zzz -o json' },
  { line: 'get pods zzz yyy -o wide' },
  {
    line: 'get pods -o yaml',
    why: 'podwire has json, name and wide only.',
  },
  { line: 'get nodes', why: 'podwire knows pods only.' },
  // which cluster
  { line: 'get pods --context=zzz', why: 'podwire names the choices.' },
  { line: 'get pods --cluster=zzz', why: 'podwire names the choices.' },
  { line: 'get pods --user=zzz', why: 'podwire names the choices.' },
  { line: 'get pods --token=wrong', why: hints },
  { line: 'get pods --as-group=g', why: 'podwire names the flags.' },
  { line: 'get pods -o name --request-timeout=5' },
  { line: 'get pods --request-timeout=x' },
  { line: 'get pods --kubeconfig=/nonexistent/config', why: 'podwire says what is missing.' },
  { line: 'get pods -s http://127.0.0.1:9', why: refused },
  { line: 'get pods -s https://127.0.0.1:9', why: refused },
  { line: 'config current-context' },
  { line: 'config get-contexts' },
  { line: 'config current-context --kubeconfig=/dev/null' },
  { line: 'no-such-command' },
]
