/** `workflows/<name>/nodes.py` of the tests that run Python on Flink. */
export const nodes = `
import subprocess, time
from pyflink.table import DataTypes
from pyflink.table.udf import udf
from aiflow_flink import FlinkContext, FlinkPythonProcessor

NUMBERS = "CREATE TEMPORARY TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', %s)"
NOWHERE = "CREATE TEMPORARY TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole')"

class Numbers(FlinkPythonProcessor):
    def process(self, context: FlinkContext, inputs):
        context.table_env.execute_sql(NUMBERS % context.config["options"])
        context.table_env.execute_sql(NOWHERE)
        return context.config.get("word", "numbers")

class Into(FlinkPythonProcessor):
    def process(self, context: FlinkContext, inputs):
        context.statement_set.add_insert_sql("INSERT INTO nowhere SELECT %s FROM numbers" % context.config["what"])
        return ["into", *inputs]

class PlusOne(FlinkPythonProcessor):
    def process(self, context: FlinkContext, inputs):
        @udf(result_type=DataTypes.BIGINT())
        def plus_one(n):
            return n + 1
        context.table_env.create_temporary_function("plus_one", plus_one)

class Raises:
    def process(self, context, inputs):
        raise ValueError("on purpose")

class Tree:
    def process(self, context, inputs):
        subprocess.run(["sh", "resources/aiflow-tree.sh"], check=True)
`;

export const few = `'fields.n.end' = '3', 'number-of-rows' = '3'`;
export const many = `'fields.n.end' = '1000000', 'number-of-rows' = '1000000', 'rows-per-second' = '10'`;

/**
 * Functions of modules that are looked up by name where they run: `workflows/<name>/places.py`, and
 * `dependencies/python/shared.py`. Each says where its module lies.
 */
export const places = `
import os
from pyflink.table import DataTypes
from pyflink.table.udf import udf
import shared

def place():
    return os.path.abspath(__file__)

@udf(result_type=DataTypes.STRING())
def own_place(n):
    return place()

@udf(result_type=DataTypes.STRING())
def shared_place(n):
    return shared.place()

@udf(result_type=DataTypes.STRING())
def resource(n):
    with open("resources/words/first.txt", encoding="utf-8") as file:
        return file.read()

class Functions:
    def process(self, context, inputs):
        for function in (own_place, shared_place, resource):
            context.table_env.create_temporary_function(function._name, function)
`;

export const shared = `
import os

def place():
    return os.path.abspath(__file__)
`;
