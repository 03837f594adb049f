/** What only the cluster or the kubeconfig can name. */
export type LiveKind = 'pod' | 'container' | 'namespace' | 'context' | 'cluster' | 'user'

/** What a word of the command line may be: one of some, or something that is to be looked up, here or on the disk. */
export type WordKind = readonly (string | Candidate)[] | LiveKind | 'file'

export interface Candidate {
  readonly value: string
  readonly about?: string
}
