package main

import clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

type plugin struct {
	APIVersion      string     `json:"apiVersion"`
	Command         string     `json:"command"`
	Args            []string   `json:"args,omitempty"`
	Env             []variable `json:"env,omitempty"`
	InteractiveMode string     `json:"interactiveMode"`
	ClusterInfo     bool       `json:"clusterInfo,omitempty"`
	InstallHint     string     `json:"installHint,omitempty"`
}

type variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// pluginOf is the credential plugin as configured, or nothing.
func pluginOf(exec *clientcmdapi.ExecConfig) *plugin {
	if exec == nil {
		return nil
	}
	result := &plugin{
		APIVersion: exec.APIVersion, Command: exec.Command, Args: exec.Args,
		InteractiveMode: string(exec.InteractiveMode), ClusterInfo: exec.ProvideClusterInfo, InstallHint: exec.InstallHint,
	}
	for _, entry := range exec.Env {
		result.Env = append(result.Env, variable{entry.Name, entry.Value})
	}
	return result
}
