// Command server is a Kubernetes node and its API server in one process, made of the real streaming code: requests pass
// the authentication, impersonation and authorization filters and the stream translator of k8s.io/apiserver, the
// upgrade-aware proxy of k8s.io/apimachinery and the streaming server of k8s.io/cri-streaming. The API server, the
// kubelet and the runtime are separate listeners, so that every hop is a TCP connection that can break.
//
// What Kubernetes keeps inside k8s.io/kubernetes and cannot be imported (which handler serves which request, the
// kubelet's routes) is written here anew, and the runtime runs local processes the way containerd runs those in a
// container; or it is a containerd, with -cri.
//
// It prints one line of JSON when it is ready, and ends, with all processes it started, when its stdin does.
package main

import (
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/cri-streaming/pkg/streaming"
)

// ready is what a test needs to know of a server; README.md documents it.
type ready struct {
	URL                 string            `json:"url"`
	CA                  string            `json:"ca"`
	Control             string            `json:"control"`
	Tokens              map[string]string `json:"tokens"`
	ClientCert          keyPair           `json:"clientCert"`
	ExpiredClientCert   keyPair           `json:"expiredClientCert"`
	UntrustedClientCert keyPair           `json:"untrustedClientCert"`
}

func main() {
	waitForStdin := flag.Bool("wait-for-stdin", true,
		"after a process has ended wait for the copy of its stdin, as containerd 1.6 to 2.2 do")
	cri := flag.String("cri", "", "the socket of a container runtime that is to run the pods, in the place of local processes")
	image := flag.String("image", "", "with -cri: the image, one with a shell, which the runtime has")
	flag.Parse()
	if err := run(*waitForStdin, *cri, *image); err != nil {
		log.Fatal(err)
	}
}

func run(waitForStdin bool, cri, image string) error {
	certs, err := newCertificates()
	if err != nil {
		return err
	}
	apiHop, err := newHop()
	if err != nil {
		return err
	}
	apiHop.encrypted = true
	kubeletHop, err := newHop()
	if err != nil {
		return err
	}
	runtimeHop, err := newHop()
	if err != nil {
		return err
	}

	pods := newPodTable()
	processes := newProcessTable()
	defer processes.killAll()
	localRuntime := newLocalRuntime(processes, pods, waitForStdin)
	streamingConfig := streaming.DefaultConfig
	streamingConfig.BaseURL = runtimeHop.url("http")
	streamingServer, err := streaming.NewServer(streamingConfig, localRuntime)
	if err != nil {
		return err
	}
	node := &kubelet{pods: pods, runtime: streamingServer}
	var restart func(string) error
	if cri != "" {
		containers, err := newCRIRuntime(cri, image, pods)
		if err != nil {
			return err
		}
		defer containers.removePods()
		node.runtime, restart = containers, containers.restart
	}
	api := newAPIServer(pods, kubeletHop.url("http"), certs.pool)

	failed := make(chan error, 1)
	serve := func(server *http.Server, hop *hop) {
		go func() { failed <- server.Serve(hop) }()
	}
	serve(&http.Server{Handler: streamingServer}, runtimeHop)
	serve(&http.Server{Handler: node.handler()}, kubeletHop)
	apiServer := &http.Server{Handler: api.handler(), TLSConfig: &tls.Config{
		Certificates: []tls.Certificate{certs.server},
		// A certificate is asked for and not verified here: that is the authenticator's business, as in kube-apiserver.
		ClientAuth: tls.RequestClientCert,
	}}
	go func() { failed <- apiServer.ServeTLS(apiHop, "", "") }()

	controlListener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	control := newControl(apiHop, kubeletHop, runtimeHop, processes, restart)
	go func() { failed <- http.Serve(controlListener, control) }()

	line, err := json.Marshal(ready{
		URL:                 apiHop.url("https").String(),
		CA:                  certs.ca,
		Control:             (&url.URL{Scheme: "http", Host: controlListener.Addr().String()}).String(),
		Tokens:              tokens,
		ClientCert:          certs.client,
		ExpiredClientCert:   certs.expiredClient,
		UntrustedClientCert: certs.untrustedClient,
	})
	if err != nil {
		return err
	}
	fmt.Println(string(line))

	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(ended)
	}()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	select {
	case err := <-failed:
		return err
	case <-signals:
	case <-ended:
	}
	return nil
}
