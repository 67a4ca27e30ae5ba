// An HTTP/2 server of Go's standard library that gives back what it gets: server <certificate> <key>, port on stdout.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	http.HandleFunc("/echo", func(answer http.ResponseWriter, request *http.Request) {
		io.Copy(answer, request.Body)
	})
	log.Fatal(http.ServeTLS(listener, nil, os.Args[1], os.Args[2]))
}
