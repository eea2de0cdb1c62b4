// Asks a Postgres who it is talking to, by the two drivers of Go.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5"
	_ "github.com/lib/pq"
)

const question = "SELECT current_user || ' ' || ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"

func main() {
	url := os.Getenv("DATABASE_URL")
	var answer string
	connection, err := pgx.Connect(context.Background(), url)
	if err == nil {
		err = connection.QueryRow(context.Background(), question).Scan(&answer)
	}
	tell("pgx", answer, err)
	database, err := sql.Open("postgres", url)
	if err == nil {
		err = database.QueryRow(question).Scan(&answer)
	}
	tell("pq", answer, err)
}

func tell(driver, answer string, err error) {
	if err != nil {
		fmt.Printf("%s failed: %v\n", driver, err)
		return
	}
	fmt.Printf("%s %s\n", driver, answer)
}
