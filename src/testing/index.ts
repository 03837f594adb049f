/**
 * An API server of Kubernetes for tests: it speaks the channel protocol as the real ones do, quirks included, runs
 * local processes, and fails on demand.
 * @module
 */
export type { Fault, FaultSource } from './fault.ts'
export type {
  Generation,
  PodPhase,
  PolicyRule,
  TestContainer,
  TestContainerState,
  TestPod,
  TestServerOptions,
  TestUser,
  TestWorkload,
} from './options.ts'
export type { TestRequest } from './request-log.ts'
export type { ProcessHandler, ServerProcess } from './server-process.ts'
export type { LogPlace, TestServer } from './test-server.ts'
export { createTestServer } from './test-server.ts'
