// Command clientcmd says what the real client-go makes of a kubeconfig: files, merging, credentials, TLS and the first
// request's URL and headers. README.md documents its flags and its answer, one object of JSON.
package main

import (
	"encoding/json"
	"log"
	"os"

	// The auth providers that kubectl knows, those that only say that they are gone included.
	_ "k8s.io/client-go/plugin/pkg/client/auth"
)

func main() {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	if len(os.Args) == 2 && os.Args[1] == "-serve" {
		if err := serve(os.Stdin, encoder); err != nil {
			log.Fatal(err)
		}
		return
	}
	result, err := answer(os.Args[1:])
	if err != nil {
		log.Fatal(err)
	}
	if err := encoder.Encode(result); err != nil {
		log.Fatal(err)
	}
}
