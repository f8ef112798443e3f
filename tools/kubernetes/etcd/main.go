// etcd as it is, of the version that Kubernetes is released with: what the two share is then compiled once.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}
