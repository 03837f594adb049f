import { expect, it } from 'vitest'
import './built.ts'

const load = (specifier: string): Promise<Record<string, unknown>> => import(specifier)

it('the classes of podwire and podwire/kubeconfig are the same', async () => {
  const podwire = await load('podwire')
  const kubeconfig = await load('podwire/kubeconfig')
  expect(kubeconfig['KubeconfigError']).toBe(podwire['KubeconfigError'])
  expect(kubeconfig['PodwireError']).toBe(podwire['PodwireError'])
})

it('an error of podwire/kubeconfig is an instance of the class of podwire', async () => {
  const { KubeconfigError } = await import('podwire')
  const { loadKubeconfig } = await import('podwire/kubeconfig')
  const error = await loadKubeconfig('clusters: [').catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(KubeconfigError)
})

it('the errors bear their own names', async () => {
  // Of two declarations of one name in one file the bundler renames one.
  const errors = Object.entries(await load('podwire')).filter(([name]) => name.endsWith('Error'))
  expect(errors.length).toBeGreaterThan(0)
  expect(errors.filter(([name, value]) => (value as { name: string }).name !== name)).toEqual([])
})
