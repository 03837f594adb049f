package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// control is what a test can do to a server, as POST on a listener of its own; README.md documents it.
type control struct {
	api, kubelet, runtime *hop
	processes             *processTable

	mutex sync.Mutex
	links map[string]*link
}

// newControl may get no restart: local processes have no container that could be restarted.
func newControl(api, kubelet, runtime *hop, processes *processTable, restart func(pod string) error) http.Handler {
	c := &control{api: api, kubelet: kubelet, runtime: runtime, processes: processes, links: map[string]*link{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /control/state", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]int{
			"apiConnections":     c.api.count(),
			"kubeletConnections": c.kubelet.count(),
			"runtimeConnections": c.runtime.count(),
			"processes":          c.processes.count(),
		})
	})
	mux.HandleFunc("POST /control/kill-api", c.kill(api))
	mux.HandleFunc("POST /control/kill-hop", c.kill(kubelet))
	mux.HandleFunc("POST /control/kill-runtime", c.kill(runtime))
	mux.HandleFunc("POST /control/arm", c.arm)
	mux.HandleFunc("POST /control/link", c.openLink)
	mux.HandleFunc("POST /control/restart", func(w http.ResponseWriter, r *http.Request) {
		if restart == nil {
			http.Error(w, "there is no container runtime", http.StatusBadRequest)
		} else if err := restart(r.URL.Query().Get("pod")); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		} else {
			answer(w, map[string]int{})
		}
	})
	for verb, act := range map[string]func(*link){
		"cut":    (*link).cut,
		"end":    (*link).end,
		"stall":  func(l *link) { l.stall(true) },
		"resume": func(l *link) { l.stall(false) },
	} {
		mux.HandleFunc("POST /control/link/{id}/"+verb, func(w http.ResponseWriter, r *http.Request) {
			c.mutex.Lock()
			l := c.links[r.PathValue("id")]
			c.mutex.Unlock()
			if l == nil {
				http.Error(w, "no such link", http.StatusNotFound)
				return
			}
			act(l)
			answer(w, map[string]int{})
		})
	}
	return mux
}

// kill answers how many connections there were.
func (c *control) kill(h *hop) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]int{"closed": h.kill()})
	}
}

// arm gives the next connection of a hop a fault.
func (c *control) arm(w http.ResponseWriter, r *http.Request) {
	hops := map[string]*hop{"api": c.api, "kubelet": c.kubelet, "runtime": c.runtime}
	h := hops[r.URL.Query().Get("hop")]
	if h == nil {
		http.Error(w, "hop must be api, kubelet or runtime", http.StatusBadRequest)
		return
	}
	when := r.URL.Query().Get("when")
	if when == "before-101" {
		h.arm(&fault{beforeHead: true})
		answer(w, map[string]int{})
		return
	}
	var bytes int
	if _, err := fmt.Sscanf(when, "after-101+%d", &bytes); err != nil || bytes < 0 {
		http.Error(w, "when must be before-101 or after-101+BYTES", http.StatusBadRequest)
		return
	}
	h.arm(&fault{bytes: bytes})
	answer(w, map[string]int{})
}

func (c *control) openLink(w http.ResponseWriter, r *http.Request) {
	delay, err := number(r, "delay")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	bandwidth, err := number(r, "bandwidth")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	l, err := newLink(c.api.Addr().String(), time.Duration(delay)*time.Millisecond, bandwidth)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	id := strconv.Itoa(len(c.links) + 1)
	c.links[id] = l
	answer(w, map[string]string{"id": id, "url": "https://" + l.listener.Addr().String()})
}

// number is a parameter that is 0 when it is absent.
func number(r *http.Request, name string) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return 0, nil
	}
	value, err := strconv.Atoi(text)
	if err != nil || value < 0 {
		return 0, fmt.Errorf("%s must be a whole number, not %q", name, text)
	}
	return value, nil
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}
