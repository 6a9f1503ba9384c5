using System.Text;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Rubric;
using PathVlm.MLNet.Judging.Scoring;

namespace PathVlm.Fuzzing.Tests;

/// <summary>Small whole inputs to begin with.</summary>
internal static class Samples
{
    public const string Review =
        """
        <think>{"visual_analysis": 1}</think>
        {"visual_analysis":{"quote":"The cells hold a single clear vacuole","shown_in_image":"yes","present":true},
         "option_elimination":{"rejected":[{"option":"A","quote":"There are no concentric layers"}],"present":true},
         "knowledge":{"quote":"pushed aside by mucin is the hallmark","fact":"mucin displaces the nucleus","present":true},
         "violations":[{"kind":"contradiction","quote":"a single clear vacuole","why":"w"}],"unable_to_judge":null}
        """;

    public const string Record =
        """{"time":"2026-11-24T12:00:00+00:00","run":"run","step":1,"row":2,"id":"r","completion":0,"judge":"rubric-1","key":"k",""" +
        """ "reply":"{}","verdicts":[{"item":"visual_analysis","quote":"q","dropped":null}],"completeness":2,"soundness":10,""" +
        """ "require_shown_in_image":true,"missing":null,"requests":1,"input_tokens":1,"output_tokens":1,"price":0,"previous":""}""" + "\n";

    public const string JsonList =
        """
        [{"id": 1, "image": "a.png", "question": "What is seen?", "options": ["A) yes", "B) no"], "answer": "B) no",
          "explanation": "Because."},
         {"id": 2, "image": "a.png", "question": "<image> Which?", "options": ["keratin pearl", "mucin"], "answer": "mucin",
          "patient": "p1"},
         {"id": 3, "image": "a.png", "question": "How?", "options": {"A": "x", "B": "y"}, "answer": 1}]
        """;

    public const string JsonSplits =
        """
        {"PubMed": {"val": [{"No": 1, "img": "a.png", "question": "q", "options": ["A) x", "B) y"], "answer": "A) x"}], "test": []},
         "Atlas": {"test": [{"No": 1, "img": "a.png", "question": "q", "options": ["A) x", "B) y"], "answer": "B", "explanation": "e"}]}}
        """;

    public const string JsonLines =
        """{"images": ["a.png"], "messages": [{"role": "user", "content": "<image>Which?\nA) x\nB) y"}, """ +
        """{"role": "assistant", "content": "<think>Dark.</think><answer>A) x</answer>"}]}""" + "\n" +
        """{"images": ["a.png"], "messages": [{"role": "user", "content": "<image>Which?\nA) x\nB) y"}, """ +
        """{"role": "assistant", "content": "B"}]}""" + "\n";

    public const string Table = "image,question,options,answer\na.png,\"one, or two?\",x|y,y\na.png,three,\"x|\"\"y\"\"\",x\n";

    public static IReadOnlyList<string> Completions { get; } =
    [
        "<think>The cells hold a single clear vacuole that pushes the nucleus to the rim. A nucleus pushed aside by mucin is the hallmark "
            + "of signet-ring cells. There are no concentric layers, so keratin pearls are excluded.</think>\n"
            + "<answer>B) Signet-ring cells</answer>",
        "<think>x</think> <answer>**\\boxed{B}**</answer><|im_end|>",
        "<answer>(((((((B)))))))</answer>",
        "Ｂ） ﷺ <answer>$\\text{B}$ ‘“keratin pearls”’</answer>",
    ];

    /// <summary>Reviews a completion by the rubric and scores what it found.</summary>
    public static void ByRubric(byte[] file)
    {
        ProcessReviewRequest request = new()
        {
            Picture = Array.Empty<byte>(), Question = "Which?",
            Options = ["A) Keratin pearls", "B) Signet-ring cells", "C) Psammoma bodies"], Reference = "B) Signet-ring cells",
            Reasoning = Encoding.UTF8.GetString(file), ChosenOption = "B",
        };
        ReviewScore score = ReviewScorer.Score(RubricJudge.Review(request), request);
        Assert.InRange(score.Reward, 0, 1);
    }
}
