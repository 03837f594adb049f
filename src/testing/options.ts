import type { FaultSource } from './fault.ts'
import type { ProcessHandler } from './server-process.ts'

/** A container of a test pod. */
export interface TestContainer {
  readonly name: string
  /** `tty` of the container's spec, which decides for attach. Default: `false`. */
  readonly tty?: boolean
  /** `stdin` of the container's spec, which decides for attach. Default: `false`. */
  readonly stdin?: boolean
  /** Whether the first attach that ends its stdin closes the container's. Default: `false`. */
  readonly stdinOnce?: boolean
  /** What an exec runs. Default: the command itself, as a local process with the rights of the test. */
  readonly exec?: ProcessHandler
  /** What an attach talks to; its exit code is not told to the client. Default: a process that stays silent. */
  readonly attach?: ProcessHandler
  /** The log so far; what `attach` prints and `TestServer.appendLog` adds comes behind it. Default: empty. */
  readonly logs?: string | Uint8Array
  /** The log of the run before this one. Default: what that printed, when there was one. */
  readonly previousLogs?: string
  /** `restartCount` of the status; another one is another run, with a log of its own. Default: 0. */
  readonly restarts?: number
  /** Of an init container that runs beside the others, a sidecar. */
  readonly restartPolicy?: 'Always'
  /** `state` of the container's status. Default: what the pod's phase says. */
  readonly state?: TestContainerState
  /** Added to the environment of local processes. */
  readonly env?: Readonly<Record<string, string>>
  /** Working directory of local processes. Default: that of the test. */
  readonly cwd?: string
}

/** Of a container that does not run: nothing can be run in it, and it cannot be attached to. */
export type TestContainerState =
  | { readonly waiting: { readonly reason?: string; readonly message?: string } }
  | { readonly terminated: { readonly exitCode: number; readonly reason?: string } }

/** `status.phase` of a pod. */
export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'

/** A pod that the test server has. */
export interface TestPod {
  readonly name: string
  /** Default: `default`. */
  readonly namespace?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /** Default: `Running`. A `Pending` one has no node; containers of the others have exited. */
  readonly phase?: PodPhase
  /** `null`: not scheduled. Default: `node-0`, and for a `Pending` pod none. */
  readonly node?: string | null
  /** Whether a `Running` pod is ready. Default: `true`. */
  readonly ready?: boolean
  /** Default: since it was created. */
  readonly readySince?: Date
  /** Default: when the server got to know it. */
  readonly createdAt?: Date
  /** A pod that is being deleted. */
  readonly deletedAt?: Date
  /** Default: `Always`. */
  readonly restartPolicy?: 'Always' | 'OnFailure' | 'Never'
  readonly containers: readonly TestContainer[]
  readonly initContainers?: readonly TestContainer[]
  readonly ephemeralContainers?: readonly TestContainer[]
}

/** Something that has pods: those with its labels. A Service or ReplicationController has no `matchExpressions`. */
export interface TestWorkload {
  readonly kind:
    | 'Deployment'
    | 'ReplicaSet'
    | 'StatefulSet'
    | 'DaemonSet'
    | 'Job'
    | 'Service'
    | 'ReplicationController'
  readonly name: string
  /** Default: `default`. */
  readonly namespace?: string
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly {
    readonly key: string
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
    readonly values?: readonly string[]
  }[]
}

/** A rule of RBAC, for all API groups and namespaces. */
export interface PolicyRule {
  /** Such as `pods`, `pods/exec`, `pods/attach`, `pods/log`, `deployments`; `*` for all. */
  readonly resources: readonly string[]
  /** `get`, `list`, `watch`, `create`; `*` for all. */
  readonly verbs: readonly string[]
}

/** A user of the test server. */
export interface TestUser {
  /** The user's name: of basic authentication, and the common name of a client certificate. */
  readonly name: string
  /** Bearer token. */
  readonly token?: string
  /** Password for basic authentication, which Kubernetes itself has dropped in 1.19. */
  readonly password?: string
  /** What the user may do. Default: everything. */
  readonly rules?: readonly PolicyRule[]
}

/**
 * Who answers an exec or attach over `v5.channel.k8s.io`: nobody (the container runtime, which does not know it and
 * refuses with 403: up to 1.29), the API server (1.30 to 1.35) or the kubelet (since 1.36). Every other subprotocol
 * always ends in the runtime.
 */
export type Generation = 'runtime' | 'api-server' | 'kubelet'

/** Options of `createTestServer`; all have defaults. */
export interface TestServerOptions {
  /** Default: `web-0` in namespace `default`, with one container `app` that runs local processes. */
  readonly pods?: readonly TestPod[]
  /** Deployments, services and the like. Default: none. */
  readonly workloads?: readonly TestWorkload[]
  /** Bearer token of the user `kubernetes-admin`, who may do everything. Default: a random one. */
  readonly token?: string
  /** Further users. The holder of any client certificate of the server's own CA is a user as well. */
  readonly users?: readonly TestUser[]
  /** Whether a request without credentials is `system:anonymous` (403) or unauthorized (401). Default: `true`. */
  readonly anonymous?: boolean
  /** `gitVersion` of `/version`; since v1.35 an exec needs the verb `create` beside `get`. Default: `v1.35.6`. */
  readonly version?: string
  /** Default: what `version` has. */
  readonly generation?: Generation
  /** Path in front of `/api`, such as `/k8s/clusters/c-1`. Default: none. */
  readonly pathPrefix?: string
  /** Whether TLS itself fails without a client certificate of the server's CA. Default: `false`. */
  readonly requireClientCertificate?: boolean
  /** `expired`, or for `wrong.example` only. Default: valid for 127.0.0.1, ::1 and localhost. */
  readonly serverCertificate?: 'valid' | 'expired' | 'wrong-name'
  /** What goes wrong from the start; see also `TestServer.setFault`. */
  readonly fault?: FaultSource
}
