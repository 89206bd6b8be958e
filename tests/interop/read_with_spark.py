#!/usr/bin/env python3
"""Count the events of a store with Spark, through the file list of the Delta log.

    pip install deltalake pyspark        # pyspark needs Java 17 or newer
    python tests/interop/read_with_spark.py STORE

Prints the events, and those of each type, as JSON in the form of read_store.py, so that the two can
be compared. Not part of `.ci/run`: it takes a minute and half a gigabyte to install.
"""

import json
import pathlib
import sys

import deltalake
import pyspark.sql


def main() -> int:
    """Counts."""
    table = deltalake.DeltaTable(str(pathlib.Path(sys.argv[1]) / "events"))
    files = [uri.removeprefix("file://") for uri in table.file_uris()]
    builder = pyspark.sql.SparkSession.builder.master("local[2]")
    spark = builder.config("spark.ui.enabled", "false").getOrCreate()
    rows = spark.read.parquet(*files).groupBy("type").count().collect()
    by_type = dict(sorted((row["type"], row["count"]) for row in rows))
    found = {"events": sum(by_type.values()), "by_type": by_type}
    print(json.dumps({"version": table.version(), "spark": found}, indent=2))
    spark.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
