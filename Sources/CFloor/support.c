#include "support.h"

#include <stdio.h>

int floor_open(floor_database *database, const char *path, const docket_floor_settings *settings) {
  char sql[256];
  snprintf(sql, sizeof sql,
           "PRAGMA page_size = %u; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = %u; "
           "PRAGMA cache_size = -%u",
           settings->page_bytes, settings->checkpoint_bytes / settings->page_bytes, settings->cache_kibibytes);
  if (sqlite3_open(path, &database->handle) != SQLITE_OK) return floor_fail(database, path);
  return floor_execute(database, sql);
}

int floor_fail(floor_database *database, const char *what) {
  snprintf(database->error, database->error_size, "%s: %s", what,
           database->handle ? sqlite3_errmsg(database->handle) : "");
  return -1;
}

int floor_execute(floor_database *database, const char *sql) {
  return sqlite3_exec(database->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : floor_fail(database, sql);
}

int floor_prepare(floor_database *database, const char *sql, sqlite3_stmt **statement) {
  int code = sqlite3_prepare_v3(database->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
  return code == SQLITE_OK ? 0 : floor_fail(database, sql);
}

int floor_step(floor_database *database, sqlite3_stmt *statement, int expected) {
  int code = sqlite3_step(statement);
  return code == expected ? 0 : floor_fail(database, sqlite3_sql(statement));
}

double floor_now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}
