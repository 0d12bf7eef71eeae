// What CATAPULT's LMS test suite asks of an LMS, said to Rollbook's API. `test_cmi5_lts.py` sets the environment.
"use strict";

const http = require("http"),
    path = require("path"),
    {InvalidPackageError} = require(path.join(process.cwd(), "lib", "errors")),
    base = new URL(process.env.ROLLBOOK_URL),
    authorization = `Basic ${Buffer.from(process.env.ROLLBOOK_CREDENTIAL).toString("base64")}`,
    units = new Map(),
    courseOf = new Map(),
    imported = [];

/** @returns {Promise<{status: number, body: any}>} */
const ask = (method, address, body, contentType = "application/json") => new Promise((resolve, reject) => {
    const request = http.request(new URL(address, base), {method, headers: {authorization, "content-type": contentType}}, (answer) => {
        const pieces = [];
        answer.on("data", (piece) => pieces.push(piece));
        answer.on("end", () => {
            const text = Buffer.concat(pieces).toString();
            resolve({status: answer.statusCode, body: text ? JSON.parse(text) : null});
        });
    });
    request.on("error", reject);
    if (body && typeof body.pipe === "function") {
        body.pipe(request);
    }
    else {
        request.end(body ? JSON.stringify(body) : undefined);
    }
});

const expected = (answer, ...statuses) => {
    if (! statuses.includes(answer.status)) {
        throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
};

/** Identifiers of the assignable units, in the structure's order. */
const leaves = (items) => items.flatMap((item) => item.items.length ? leaves(item.items) : [item.id]);

module.exports = {
    setup: async () => {},
    teardown: async () => {},

    getLrsEndpoint: () => new URL("/xapi", base).href,
    getLrsAuthHeader: () => authorization,

    importCourse: async (stream, contentType) => {
        const answer = await ask("POST", "/api/v1/courses", stream, contentType);
        if (answer.status === 422) {
            throw new InvalidPackageError(answer.body.report.errors.map((one) => one.rule).join(", "));
        }
        const course = expected(answer, 200, 201);
        units.set(course.id, leaves(course.items));
        imported.push(course.id);
        return course.id;
    },

    getLaunchUrl: async (courseId, auIndex, actor, {registration, launchMode}) => {
        const made = expected(await ask("POST", `/api/v1/courses/${courseId}/registrations`, {actor, registration}), 200, 201);
        courseOf.set(made.registration, courseId);
        const wanted = {item: units.get(courseId)[auIndex], mode: launchMode ? launchMode.toLowerCase() : undefined};
        return expected(await ask("POST", `/api/v1/registrations/${made.registration}/launch`, wanted), 200).url;
    },

    cleanup: async () => {
        for (const courseId of imported.splice(0)) {
            expected(await ask("DELETE", `/api/v1/courses/${courseId}`), 204, 404);
        }
    },

    hasWaive: () => true,
    waiveAU: async (registration, auIndex, reason) => {
        const item = units.get(courseOf.get(registration))[auIndex];
        expected(await ask("POST", `/api/v1/registrations/${registration}/waive`, {item, reason}), 200);
    },

    hasAbandon: () => true,
    abandonSession: async (sessionId) => {
        expected(await ask("POST", `/api/v1/sessions/${sessionId}/abandon`, {}), 200);
    }
};
