"""The cells that are the same in every notebook: reading the options, and defining the tables.

They are text here and code in a pipeline, whose `spark` and `dbutils` they use; what they take stands in the cells before.
"""

from __future__ import annotations

OPTIONS = '''\
# The options that the connector gets with each read.
def secrets_of(scope, mappings):
    """Give option -> secret, by the first of its keys that can be read. An error names scope and keys, never a value."""
    found, missing, cause = {}, [], None
    for option, keys in mappings.items():
        for key in keys:
            try:
                found[option] = dbutils.secrets.get(scope=scope, key=key)
                break
            except Exception as error:  # a key that is not there has no exception of its own
                cause = error
        else:
            missing.append(f"{option!r} (tried {', '.join(map(repr, keys))})")
    if missing:
        raise ValueError(f"no secret can be read from scope {scope!r} for {'; '.join(missing)}") from cause
    return found


def evaluated(expressions):
    """Give option -> text, as the driver evaluates it."""
    found = {}
    for option, expression in expressions.items():
        try:
            found[option] = str(expression())
        except Exception as error:
            raise ValueError(f"the dynamic option {option!r} can't be evaluated here") from error
    return found


options = {**static_options, **evaluated(dynamic_options), **secrets_of(secrets_scope, secret_mappings)}
'''

TABLES = '''\
# How a table of the specification becomes one of the pipeline.
def first_of(owners, *names):
    """Give the first function that there is: names changed from `dlt` to `pyspark.pipelines`."""
    for owner in owners:
        for name in names:
            if hasattr(owner, name):
                return getattr(owner, name)
    raise ImportError(f"no pipeline module here has {' or '.join(names)}: run this notebook in a pipeline")


def pipeline_modules():
    """Give the one to use: Apache Spark's own pyspark.pipelines has no changes, and `dlt` is imported only then."""
    for name in ("pyspark.pipelines", "dlt"):
        try:
            found = importlib.import_module(name)
        except ImportError:
            continue
        if hasattr(found, "create_auto_cdc_flow") or hasattr(found, "apply_changes"):
            return [found]
    return []


modules = pipeline_modules()
view = first_of(modules, "temporary_view", "view")
create_streaming_table = first_of(modules, "create_streaming_table")
append_flow = first_of(modules, "append_flow")
apply_changes = first_of(modules, "create_auto_cdc_flow", "apply_changes")
apply_snapshots = first_of(modules, "create_auto_cdc_from_snapshot_flow", "apply_changes_from_snapshot")
RESERVED = ("scd_type", "primary_keys", "sequence_by", "cluster_by")


def load(reader, table, own):
    """Give what the connector reads of a table; `own` are options beside those that all reads have."""
    reader = reader.format("lakeflow_connect")
    for name, value in {**options, "tableName": table, **own}.items():
        reader = reader.option(name, value)
    return reader.load()


def own_options(table):
    return {name: value for name, value in table.get("table_configuration", {}).items() if name not in RESERVED}


def names_in(text):
    """Give the columns that an option names: a JSON list, or one column."""
    if text is None or not text.strip():
        return None
    return json.loads(text) if text.strip().startswith("[") else [text]


def clustering(text):
    """Give the columns of cluster_by, which may also be parted by commas."""
    if text is None or text.strip().startswith("["):
        return names_in(text)
    return [name.strip() for name in text.split(",") if name.strip()] or None


def quoted(name):
    return "`" + name.replace("`", "``") + "`"


def view_name(table, flow):
    """Give the name of the view that a table is read by: what can stand in a name, and a number that tells the rest apart."""
    plain = "".join(one if one.isascii() and (one.isalnum() or one == "_") else "_" for one in table)
    return f"source_{plain}_{flow}" if plain == table else f"source_{plain}_{table.encode().hex()}_{flow}"


def metadata_of(tables):
    """Give table -> what the connector says of it: primary_keys, cursor_field, ingestion_type."""
    asked = {
        "tableNameList": json.dumps([table["source_table"] for table in tables]),
        "tableConfigs": json.dumps({table["source_table"]: own_options(table) for table in tables}),
    }
    return {row["tableName"]: row for row in load(spark.read, "_community_table_metadata", asked).collect()}


def ingest(spec):
    """Define a streaming table for each table."""
    tables = [entry["table"] for entry in spec["objects"]]
    metadata = metadata_of(tables)
    for table in tables:
        define(table, metadata.get(table["source_table"]))


def define(table, said):
    """Define a table: snapshots are read whole and compared, all others as a stream."""
    source, configured = table["source_table"], table.get("table_configuration", {})
    scd_type = configured.get("scd_type", "").upper()
    kind = "append" if scd_type == "APPEND_ONLY" else (said and said["ingestion_type"]) or "cdc"
    keys = names_in(configured.get("primary_keys")) or (said and said["primary_keys"]) or []
    sequence_by = configured.get("sequence_by") or (said and said["cursor_field"])
    if kind not in ("snapshot", "append", "cdc", "cdc_with_deletes"):
        raise ValueError(f"{source!r}: the connector says {kind!r}, which is no known ingestion type")
    if kind != "append" and not keys:
        raise ValueError(f"{source!r}: neither the connector nor its options say primary_keys, by which rows are compared")
    if kind.startswith("cdc") and not sequence_by:
        raise ValueError(f"{source!r}: neither the connector nor its options say sequence_by, which orders its changes")
    target = ".".join(quoted(table[f"destination_{part}"]) for part in ("catalog", "schema", "table"))
    create_table(target, keys, clustering(configured.get("cluster_by")))
    stored = {"keys": list(keys), "stored_as_scd_type": "2" if scd_type == "SCD_TYPE_2" else "1"}
    own = own_options(table)
    if kind == "snapshot":
        name = view_name(source, "snapshot")
        view(name=name)(lambda: load(spark.read, source, own))
        apply_snapshots(target=target, source=name, **stored)
        return
    if kind == "append":
        name = view_name(source, "append")
        view(name=name)(lambda: load(spark.readStream, source, own))
        append_flow(name=f"{name}_flow", target=target)(lambda: spark.readStream.table(name))
        return
    name = view_name(source, "upsert")
    view(name=name)(lambda: load(spark.readStream, source, own))
    stored["sequence_by"] = functions.col(sequence_by)
    apply_changes(target=target, source=name, **stored)
    if kind == "cdc_with_deletes":
        deletes = view_name(source, "delete")
        view(name=deletes)(lambda: load(spark.readStream, source, {**own, "isDeleteFlow": "true"}))
        flow = {"name": f"{deletes}_flow", "apply_as_deletes": functions.expr("true")}
        apply_changes(target=target, source=deletes, **stored, **flow)


def create_table(target, keys, cluster_by):
    """Make the table. A row without a key is kept and counted, so that none is lost unseen."""
    settings = {"name": target}
    # Of a key with a dot it is not known here whether that is its name, or a field in a column.
    expected = {f"{key} is not null": f"{quoted(key)} IS NOT NULL" for key in keys if "." not in key}
    if expected:
        settings["expect_all"] = expected
    if cluster_by:
        settings["cluster_by"] = cluster_by
    create_streaming_table(**settings)
'''
