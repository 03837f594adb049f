/**
 * Runs commands in Kubernetes pods over the raw WebSocket channel protocol.
 * @module
 */
export type { Auth, CertificateFiles, Credential, HeaderAuth } from './auth/credential.ts'
export type { ExecCluster, ExecPlugin } from './auth/exec-plugin.ts'
export type { ExecPolicy } from './auth/exec-policy.ts'
export type { OidcProvider } from './auth/oidc-provider.ts'
export type { BackgroundStopResult } from './background/background-process.ts'
export { BackgroundProcess } from './background/background-process.ts'
export type {
  BackgroundCallOptions,
  BackgroundListOptions,
  BackgroundLogOptions,
  BackgroundOptions,
  BackgroundStartOptions,
  BackgroundStopOptions,
} from './background/options.ts'
export type { BackgroundOutput } from './background/output.ts'
export type { BackgroundState, BackgroundStatus } from './background/status.ts'
export type { ClientOptions, ConnectionCredentials } from './cluster.ts'
export { Cluster, connect, loadClusterConfig } from './cluster.ts'
export type { ErrorCode, ErrorStatus, ExecErrorFields } from './errors.ts'
export {
  AuthError,
  ConnectionError,
  ConnectionLostError,
  ExecError,
  ExitError,
  KubeconfigError,
  MaxBufferError,
  PodwireError,
  ProtocolError,
  StatusError,
  TimeoutError,
  UpgradeError,
} from './errors.ts'
export type {
  ClusterConfig,
  Impersonation,
  LoadedClusterConfig,
  Pem,
  TlsConfig,
} from './kubeconfig/cluster-config.ts'
export type { LoadOptions, Overrides } from './kubeconfig/load-options.ts'

export { Pod } from './pod.ts'
export type { Container, ContainerKind, ContainerState, ContainerStatus } from './pods/container.ts'
export type { PodContainerStatus } from './pods/container-status.ts'
export type { FindPodOptions } from './pods/find-pod.ts'
export type { FindPodsOptions } from './pods/find-pods.ts'
export type { LogOptions } from './pods/log-options.ts'
export { LogStream } from './pods/log-stream.ts'
export type { WaitUntilRunningOptions } from './pods/wait-until-running.ts'
export type { AttachOptions } from './process/attach-options.ts'
export type { ExecOptions, ExecResult, SpawnOptions } from './process/options.ts'
export { RemoteProcess } from './process/remote-process.ts'
export type { Exit } from './process/session.ts'
export type { SpawnedProcess } from './process/spawned-process.ts'
export type { StdinSource } from './process/stdin-source.ts'
export type { TerminalExit, TerminalOptions } from './process/terminal.ts'
export { attachTerminal } from './process/terminal.ts'
export type { OnAbort } from './process/termination.ts'
export type { Status, Subprotocol, TerminalSize, TraceEvent } from './protocol/index.ts'
export type { HeartbeatOptions } from './transport/heartbeat.ts'
export type { RequestEvent, RequestObserver } from './transport/request-observer.ts'
export type { Trace } from './transport/traced-socket.ts'
