// The program of every stack: the environment file that the stack's config names, made true.
import * as pulumi from "@pulumi/pulumi";
import { Environment } from "multiport";

const config = new pulumi.Config();
new Environment(pulumi.getStack(), { file: config.require("environment") });
