using System.Text.Json;

namespace PathVlm.MLNet.Judging.Messages;

/// <summary>The JSON schema that a judge's reply obeys; every object closed, every key required.</summary>
internal static class ReviewSchema
{
    /// <summary>The schema's name, and the version of the protocol in cache keys and records.</summary>
    public const string Name = "path_reasoning_review_v1";

    /// <summary>The schema.</summary>
    public static JsonElement Json { get; } = JsonElement.Parse(
        """
        {
          "type": "object",
          "additionalProperties": false,
          "required": ["visual_analysis", "option_elimination", "knowledge", "violations", "unable_to_judge"],
          "properties": {
            "visual_analysis": {
              "type": "object",
              "additionalProperties": false,
              "required": ["quote", "shown_in_image", "present"],
              "properties": {
                "quote": { "type": ["string", "null"] },
                "shown_in_image": { "type": "string", "enum": ["yes", "no", "cannot_tell"] },
                "present": { "type": "boolean" }
              }
            },
            "option_elimination": {
              "type": "object",
              "additionalProperties": false,
              "required": ["rejected", "present"],
              "properties": {
                "rejected": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["option", "quote"],
                    "properties": { "option": { "type": "string" }, "quote": { "type": "string" } }
                  }
                },
                "present": { "type": "boolean" }
              }
            },
            "knowledge": {
              "type": "object",
              "additionalProperties": false,
              "required": ["quote", "fact", "present"],
              "properties": {
                "quote": { "type": ["string", "null"] },
                "fact": { "type": ["string", "null"] },
                "present": { "type": "boolean" }
              }
            },
            "violations": {
              "type": "array",
              "items": {
                "type": "object",
                "additionalProperties": false,
                "required": ["kind", "quote", "why"],
                "properties": {
                  "kind": { "type": "string", "enum": ["basic_histology", "contradiction", "outdated_standard"] },
                  "quote": { "type": "string" },
                  "why": { "type": "string" }
                }
              }
            },
            "unable_to_judge": { "type": ["string", "null"] }
          }
        }
        """);
}
