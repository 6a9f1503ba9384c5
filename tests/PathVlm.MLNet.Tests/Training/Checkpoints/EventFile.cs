using System.Buffers.Binary;

namespace PathVlm.MLNet.Tests.Training.Checkpoints;

/// <summary>Reads TensorBoard's event files: records of length, checksum, event, checksum.</summary>
internal static class EventFile
{
    /// <summary>The events of a file as text, without their times and without the line that begins a file.</summary>
    public static IEnumerable<string> Events(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        List<string> events = [];
        for (int start = 0; start < bytes.Length;)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(start));
            ReadOnlySpan<byte> data = bytes.AsSpan(start + 12, length);
            // Field 1 is the time, eight bytes.
            if (data[0] == 0x09) data = data[9..];
            if (!data.StartsWith("\u001a"u8)) events.Add(Convert.ToHexString(data));
            start += length + 16;
        }

        return events;
    }
}
