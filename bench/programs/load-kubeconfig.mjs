// Loads a kubeconfig with what it is told, and says what that took. The import is not counted.
import { readFileSync } from 'node:fs'

const [how, path] = process.argv.slice(2)
const load = await {
  podwire: async () => {
    const { loadClusterConfig } = await import('../../dist/kubeconfig/index.js')
    return async () => (await loadClusterConfig({ kubeconfig: path })).server
  },
  yaml: async () => {
    const { parse } = await import('yaml')
    return () => parse(readFileSync(path, 'utf8')).clusters.at(-1).cluster.server
  },
  'client-node': async () => {
    const { KubeConfig } = await import('@kubernetes/client-node')
    return () => {
      const config = new KubeConfig()
      config.loadFromFile(path)
      return config.getCurrentCluster().server
    }
  },
}[how]()
const cpu = process.cpuUsage()
const start = performance.now()
const server = await load()
const wall = performance.now() - start
const { user, system } = process.cpuUsage(cpu)
if (server !== 'https://cluster-9999.example.com:6443') throw new Error(`${how} found ${server}`)
process.stdout.write(JSON.stringify({ wall, cpu: (user + system) / 1_000 }))
